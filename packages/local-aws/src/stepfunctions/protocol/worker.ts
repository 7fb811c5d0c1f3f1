import { type MessagePort, workerData } from 'node:worker_threads';
import { runWorker } from '../../threads/worker-main.ts';
import { Engine, type EngineOptions } from '../engine.ts';
import type { JsonAnswer, JsonCall } from '../tasks/http.ts';
import { answerCall } from './dispatch.ts';
import { PERMISSION_SERVICE, type PermissionAnswer, type PermissionQuestion } from './permissions.ts';

export interface StepFunctionsWorkerData
  extends Omit<EngineOptions, 'callJson' | 'refusal' | 'clock' | 'random' | 'fatal'> {
  /** Carries the engine's own calls to AWS, each as a NumberedCall, and the answers. */
  readonly endpoint: MessagePort;
}

export interface NumberedCall extends JsonCall {
  readonly id: number;
}

/** The answer to a call. It has no `answer` if the connection was lost. */
export interface NumberedAnswer {
  readonly id: number;
  readonly answer?: JsonAnswer;
}

await runWorker(() => {
  const { endpoint, ...options } = workerData as StepFunctionsWorkerData;
  const callJson = overPort(endpoint);
  const engine = new Engine({
    ...options,
    callJson,
    async refusal(roleArn, action, resource) {
      const body = JSON.stringify({ roleArn, action, resource } satisfies PermissionQuestion);
      const call = { service: PERMISSION_SERVICE, operation: '', accessKeyId: '', headers: {}, body };
      return (JSON.parse((await callJson(call)).body) as PermissionAnswer).refusal;
    },
  });
  return {
    handle(call, answer) {
      void answerCall(engine, call.operation, call.body).then(answer);
    },
    close: () => engine.close(),
  };
});

function overPort(port: MessagePort): (call: JsonCall) => Promise<JsonAnswer> {
  const waiting = new Map<number, { resolve(answer: JsonAnswer): void; reject(error: Error): void }>();
  let lastId = 0;
  port.on('message', ({ id, answer }: NumberedAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (answer) call?.resolve(answer);
    else call?.reject(new Error('The connection was lost'));
  });
  return (call) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      port.postMessage({ id: lastId, ...call } satisfies NumberedCall);
    });
}
