import type { FauxAction, FauxStore } from '../state/fauxqs.ts';

type Body = Record<string, unknown>;

/**
 * Long polling. fauxqs wakes every waiting poll when one message comes and answers the late ones with nothing; a
 * poll of SQS goes on waiting until its own time is over.
 */
export async function receive(action: FauxAction, body: Body, store: FauxStore): Promise<unknown> {
  const queue = typeof body.QueueUrl === 'string' ? store.getQueue(body.QueueUrl) : undefined;
  const wait = Number(body.WaitTimeSeconds ?? queue?.attributes.ReceiveMessageWaitTimeSeconds ?? 0);
  // What fauxqs refuses, it refuses here too: it validates the wait itself.
  if (!queue || !(wait > 0 && wait <= 20)) return action(body, store, { headers: {} });
  const until = Date.now() + wait * 1000;
  for (;;) {
    const result = (await action({ ...body, WaitTimeSeconds: 0 }, store, { headers: {} })) as { Messages?: unknown[] };
    const left = until - Date.now();
    if (result.Messages || left <= 0) return result;
    await queue.waitForMessages(left / 1000);
  }
}
