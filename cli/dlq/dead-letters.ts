import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { LedgerRow } from '../../core/ledger/send.ts';
import type { RowId } from '../../core/ledger/transitions.ts';

/** What a replay would do with a message. Only `open` ones are replayed. */
export type Verdict =
  /** Its row, or its order, may still be worked on. */
  | 'open'
  /** Its row is SENT or in ERROR: a redrive is the way to send that again. */
  | 'ended'
  /** It is none of the product's, or names a row that nobody knows. */
  | 'poison';

export interface DeadLetter {
  lane: string;
  messageId: string;
  body: string;
  verdict: Verdict;
  /** ISO 8601: when it was first sent. */
  sentAt: string;
  sendId?: string;
  status?: string;
  error?: string;
}

export interface DeadLetterDeps {
  sqs: SQSClient;
  /** Names of the stack's queues begin with it: `pregon-dev-`. */
  prefix: string;
  getRow(id: RowId): Promise<LedgerRow | undefined>;
  clock: Clock;
}

export interface DeadLetters {
  letters: DeadLetter[];
  /** Lanes that hold more than could be taken in the time for which messages are held. */
  unfinished: string[];
}

interface Held {
  letter: DeadLetter;
  receiptHandle: string;
}

const DEAD = '-dlq';
const BATCH = 10;
/** Messages that are looked at are nobody else's for so long. */
const HOLD_SECONDS = 60;
/** Nothing more is taken after this: what was taken first would come back, and look like the queue's end. */
const TAKE_MS = 40_000;

const rowMessage = z.object({ batchId: z.string().min(1), rowNumber: z.number().int().positive() });

/** The dead letters of every lane, or of one, at most `limit`. They stay where they are. */
export async function listDeadLetters(deps: DeadLetterDeps, limit: number, lane?: string): Promise<DeadLetters> {
  const found: DeadLetters = { letters: [], unfinished: [] };
  for (const queue of await deadQueues(deps, lane)) {
    const held = await hold(deps, queue, limit - found.letters.length, found);
    await giveBack(deps.sqs, queue.url, held);
  }
  return found;
}

/**
 * Puts open messages back into the queues that they died in, and leaves the others, or with `discard` deletes them. Answers all of
 * them. A message that is replayed twice changes nothing: its row is claimed once.
 */
export async function replayDeadLetters(
  deps: DeadLetterDeps,
  { limit, lane, discard }: { limit: number; lane?: string | undefined; discard: boolean },
): Promise<DeadLetters> {
  const found: DeadLetters = { letters: [], unfinished: [] };
  for (const queue of await deadQueues(deps, lane)) {
    const { QueueUrl: target } = await deps.sqs.send(
      new GetQueueUrlCommand({ QueueName: `${deps.prefix}${queue.lane}` }),
    );
    const held = await hold(deps, queue, limit - found.letters.length, found);
    for (const { letter, receiptHandle } of held) {
      if (letter.verdict === 'open') {
        await deps.sqs.send(new SendMessageCommand({ QueueUrl: target, MessageBody: letter.body }));
      }
      if (letter.verdict === 'open' || discard) {
        await deps.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }));
      }
    }
    if (!discard) {
      await giveBack(
        deps.sqs,
        queue.url,
        held.filter(({ letter }) => letter.verdict !== 'open'),
      );
    }
  }
  return found;
}

interface DeadQueue {
  url: string;
  /** `send` for `pregon-dev-send-dlq`. */
  lane: string;
}

async function deadQueues({ sqs, prefix }: DeadLetterDeps, lane?: string): Promise<DeadQueue[]> {
  const queues: DeadQueue[] = [];
  let NextToken: string | undefined;
  do {
    const page = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 100, NextToken }));
    for (const url of page.QueueUrls ?? []) {
      const name = url.slice(url.lastIndexOf('/') + 1);
      if (name.endsWith(DEAD)) queues.push({ url, lane: name.slice(prefix.length, -DEAD.length) });
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return lane === undefined ? queues : queues.filter((queue) => queue.lane === lane);
}

/** Takes what is in a queue, so that nobody else replays it meanwhile, and adds it to what was found. */
async function hold(deps: DeadLetterDeps, queue: DeadQueue, limit: number, found: DeadLetters): Promise<Held[]> {
  const held = new Map<string, Held>();
  const over = deps.clock.now() + TAKE_MS;
  while (held.size < limit) {
    if (deps.clock.now() >= over) {
      found.unfinished.push(queue.lane);
      break;
    }
    const { Messages = [] } = await deps.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: Math.min(BATCH, limit - held.size),
        VisibilityTimeout: HOLD_SECONDS,
        // A long poll asks every server of the queue: an empty answer means that it is empty.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    for (const message of Messages) {
      const letter = await read(deps, queue.lane, message);
      held.set(letter.messageId, { letter, receiptHandle: String(message.ReceiptHandle) });
    }
    if (Messages.length === 0) break;
  }
  found.letters.push(...[...held.values()].map(({ letter }) => letter));
  return [...held.values()];
}

async function giveBack(sqs: SQSClient, url: string, held: readonly Held[]): Promise<void> {
  for (let from = 0; from < held.length; from += BATCH) {
    const Entries = held.slice(from, from + BATCH).map(({ receiptHandle }, n) => ({
      Id: String(n),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  }
}

async function read({ getRow }: DeadLetterDeps, lane: string, message: Message): Promise<DeadLetter> {
  const body = message.Body ?? '';
  const letter = {
    lane,
    messageId: String(message.MessageId),
    body,
    sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)).toISOString(),
  };
  const content = jsonOf(body);
  const named = rowMessage.safeParse(content);
  // Other lanes' messages change nothing when they come twice; what is no JSON object is nobody's.
  if (!named.success) return { ...letter, verdict: typeof content === 'object' && content ? 'open' : 'poison' };
  const row = await getRow(named.data);
  if (!row) return { ...letter, verdict: 'poison' };
  const { sendId, status, error } = row;
  const verdict = status === 'SENT' || status === 'ERROR' ? 'ended' : 'open';
  return { ...letter, verdict, sendId, status, ...(error && { error: error.code }) };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
