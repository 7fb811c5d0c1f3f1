import type { FauxAction, FauxReceived, FauxStore } from '../state/fauxqs.ts';

type Body = Record<string, unknown>;

/**
 * Long polling. When a message arrives, fauxqs ends every waiting poll, and all but one return nothing. A poll of SQS that gets
 * nothing keeps waiting until its own time is over.
 */
export async function receive(action: FauxAction, body: Body, store: FauxStore): Promise<FauxReceived> {
  const queue = typeof body.QueueUrl === 'string' ? store.getQueue(body.QueueUrl) : undefined;
  const wait = Number(body.WaitTimeSeconds ?? queue?.attributes.ReceiveMessageWaitTimeSeconds ?? 0);
  // fauxqs validates the wait itself.
  if (!queue || !(wait > 0 && wait <= 20)) return (await action(body, store, { headers: {} })) as FauxReceived;
  const until = Date.now() + wait * 1000;
  for (;;) {
    const result = (await action({ ...body, WaitTimeSeconds: 0 }, store, { headers: {} })) as FauxReceived;
    const left = until - Date.now();
    if (result.Messages || left <= 0) return result;
    await queue.waitForMessages(left / 1000);
  }
}
