import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { forwardTo } from '../gateway/forward.ts';
import type { ServiceHandler } from '../gateway/types.ts';
import type { Template } from '../template/template.ts';
import { StartFailure } from './ports.ts';

export interface EngineOptions {
  template: Template;
  dataDir: string;
  awsEndpoint: string;
  onProblem(message: string): void;
}

/** Starts Step Functions in a thread of its own, behind the gateway. */
export async function startEngine(
  options: EngineOptions,
): Promise<{ handler: ServiceHandler; close(): Promise<void> }> {
  const { template, dataDir, awsEndpoint, onProblem } = options;
  const worker = new Worker(new URL('../stepfunctions/main.ts', import.meta.url), {
    workerData: {
      port: 0,
      dataDir: join(dataDir, 'states'),
      awsEndpoint,
      region: template.region,
      accountId: template.account,
    },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    name: 'states',
  });
  let closing = false;
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', (message: { port: number }) => resolve(message.port));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new StartFailure(`Step Functions could not start (status ${code})`)));
  });
  worker.on('error', (error: Error) => onProblem(`Step Functions has died: ${error.stack ?? error.message}`));
  worker.on('exit', (code) => {
    if (!closing) onProblem(`Step Functions has ended with status ${code}`);
  });
  const forwarder = forwardTo({ host: '127.0.0.1', port });
  return {
    handler: forwarder.handler,
    close: async () => {
      closing = true;
      const closed = Promise.race([once(worker, 'message'), once(worker, 'exit')]);
      worker.postMessage('close');
      await closed;
      await worker.terminate();
      forwarder.close();
    },
  };
}
