import type { FauxMessage, FauxQueue, FauxStore } from './fauxqs.ts';

/** Deletes messages that are older than the MessageRetentionPeriod of their queue. fauxqs stores this attribute but ignores it. */
export function deleteExpired(store: FauxStore, now: number): void {
  for (const queue of store.allQueues()) {
    const oldest = now - Number(queue.attributes.MessageRetentionPeriod ?? Number.POSITIVE_INFINITY) * 1000;
    queue.messages = keep(queue, queue.messages, oldest);
    queue.delayedMessages = keep(queue, queue.delayedMessages, oldest);
    for (const [group, messages] of queue.fifoMessages) queue.fifoMessages.set(group, keep(queue, messages, oldest));
  }
}

function keep(queue: FauxQueue, messages: FauxMessage[], oldest: number): FauxMessage[] {
  const expired = messages.filter((message) => message.sentTimestamp < oldest);
  if (expired.length === 0) return messages;
  for (const message of expired) queue.persistence?.deleteMessage(message.messageId);
  return messages.filter((message) => message.sentTimestamp >= oldest);
}
