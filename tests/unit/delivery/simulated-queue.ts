import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { SimulatedClock } from '../support/clock.ts';
import { recordOf } from './support.ts';

interface Message {
  id: string;
  body: string;
  visibleAt: number;
  receives: number;
}

const POLL_MS = 100;

/** A queue in simulated time, with the delays, the visibility timeout and the dead letters of SQS. */
export function simulatedQueue(clock: SimulatedClock, { visibilityMs = 60_000, maxReceiveCount = 5 } = {}) {
  const messages = new Map<string, Message>();
  const deadLetters: string[] = [];
  let sent = 0;

  function put(body: string, delaySeconds = 0) {
    sent += 1;
    messages.set(`m${sent}`, { id: `m${sent}`, body, visibleAt: clock.now() + delaySeconds * 1000, receives: 0 });
  }

  function receive(most = 10): SQSRecord[] {
    const visible = [...messages.values()].filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, most);
    return visible.flatMap((message) => {
      if (message.receives === maxReceiveCount) {
        messages.delete(message.id);
        deadLetters.push(message.body);
        return [];
      }
      message.receives += 1;
      message.visibleAt = clock.now() + visibilityMs;
      return [recordOf(message.id, message.body, message.receives)];
    });
  }

  return {
    put,
    receive,
    deadLetters,
    sqs: {
      async send(command: unknown) {
        if (!(command instanceof SendMessageBatchCommand)) throw new Error('Not answered here');
        for (const { MessageBody = '', DelaySeconds } of command.input.Entries ?? []) put(MessageBody, DelaySeconds);
        return {};
      },
    } as unknown as SQSClient,
    /** Polls for a worker, as Lambda does, until the queue is empty. `work` resolves to the ids of the messages that stay. */
    async consume(work: (records: SQSRecord[]) => Promise<string[]>, batchSize = 10) {
      while (messages.size > 0) {
        const received = receive(batchSize);
        const kept = received.length > 0 ? await work(received) : [];
        for (const { messageId } of received) if (!kept.includes(messageId)) messages.delete(messageId);
        if (received.length === 0) await clock.sleep(POLL_MS);
      }
    },
  };
}
