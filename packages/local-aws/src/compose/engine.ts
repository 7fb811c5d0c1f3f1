import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { Gateway } from '../gateway/gateway.ts';
import { workflowSession } from '../gateway/principals.ts';
import type { AwsResponse } from '../gateway/types.ts';
import type { Iam } from '../iam/iam.ts';
import type { Maxima, Paces } from '../limits/limits.ts';
import {
  PERMISSION_SERVICE,
  type PermissionAnswer,
  type PermissionQuestion,
} from '../stepfunctions/protocol/permissions.ts';
import type { NumberedAnswer, NumberedCall, StepFunctionsWorkerData } from '../stepfunctions/protocol/worker.ts';
import type { JsonAnswer } from '../stepfunctions/tasks/http.ts';
import type { Template } from '../template/template.ts';
import { type OnFailure, startWorkerService, type WorkerService } from '../threads/worker-service.ts';
import type { Transitions } from '../usage/estimate.ts';
import type { TransitionsOf } from '../usage/route.ts';

export interface EngineOptions {
  template: Template;
  dataDir: string;
  gateway: Gateway;
  readonly max: Maxima;
  readonly paces: Paces;
  readonly keptHistories: number | undefined;
  readonly keptExecutions: number | undefined;
  iam: Pick<Iam, 'refusal' | 'machineOfToken'>;
  readonly onFailure: OnFailure;
}

export interface StartedEngine extends WorkerService {
  readonly transitionsOf: TransitionsOf;
}

/** Starts Step Functions in its own thread. Its calls to AWS reach the gateway without HTTP. */
export async function startEngine({
  template,
  dataDir,
  gateway,
  max,
  paces,
  keptHistories,
  keptExecutions,
  iam,
  onFailure,
}: EngineOptions): Promise<StartedEngine> {
  const { port1: endpoint, port2: calls } = new MessageChannel();
  calls.on('message', async ({ id, ...call }: NumberedCall) => {
    const answer =
      call.service === PERMISSION_SERVICE
        ? permissionAnswer(iam, JSON.parse(call.body) as PermissionQuestion)
        : await gateway.call(call).then(textAnswer, () => undefined);
    calls.postMessage({ id, ...(answer && { answer }) } satisfies NumberedAnswer);
  });
  const starting = startWorkerService({
    service: 'states',
    entry: new URL('../stepfunctions/protocol/worker.ts', import.meta.url),
    workerData: {
      dataDir: join(dataDir, 'states'),
      awsEndpoint: gateway.url,
      region: template.region,
      accountId: template.account,
      endpoint,
      max,
      paces,
      ...(keptHistories !== undefined && { keptHistories }),
      ...(keptExecutions !== undefined && { keptExecutions }),
    } satisfies StepFunctionsWorkerData,
    transferList: [endpoint],
    onFailure,
  });
  // An open port keeps the process alive.
  const engine = await starting.catch((error: unknown) => {
    calls.close();
    throw error;
  });
  iam.machineOfToken = async (taskToken) => {
    const { body } = await engine.call('LocalTokenMachine', JSON.stringify({ taskToken }));
    return (JSON.parse(body) as { stateMachineArn?: string }).stateMachineArn;
  };
  return {
    ...engine,
    // The usage of a group is that of the execution of the same name.
    async transitionsOf(name) {
      const { status, body } = await engine.call('LocalUsage', JSON.stringify({ name }));
      if (status !== 200) throw new Error(`The engine's usage could not be read: ${body}`);
      return JSON.parse(body) as Transitions;
    },
    async close() {
      await engine.close();
      calls.close();
    },
  };
}

function permissionAnswer(iam: Pick<Iam, 'refusal'>, { roleArn, action, resource }: PermissionQuestion): JsonAnswer {
  const refusal = iam.refusal(workflowSession(roleArn), { action, resource });
  return {
    status: 200,
    headers: {},
    body: JSON.stringify({ ...(refusal !== undefined && { refusal }) } satisfies PermissionAnswer),
  };
}

/** The response of a JSON service, with the headers that a client would receive. */
function textAnswer({ status, headers, body = '' }: AwsResponse): JsonAnswer {
  const text = String(body);
  const all: Record<string, string> = { 'content-length': String(Buffer.byteLength(text)) };
  for (const [name, value] of Object.entries(headers)) all[name] = String(value);
  return { status, headers: all, body: text };
}
