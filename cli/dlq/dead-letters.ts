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

/** Whether a message can be replayed. Only `open` ones are. */
export type Verdict =
  /** One of its rows is PENDING or QUEUED, or the message is of a kind that changes nothing when it arrives twice. */
  | 'open'
  /** Its rows are SENT or in ERROR. A redrive sends rows in ERROR again. */
  | 'ended'
  /** The message is not recognised, or its rows are not in the ledger. */
  | 'poison';

export interface DeadLetter {
  /** The queue that it was sent to, without the prefix of the stack: `send`. */
  lane: string;
  messageId: string;
  body: string;
  verdict: Verdict;
  /** When it was first sent, ISO 8601. */
  sentAt: string;
  /** Of its row, or of an open one where it has several. */
  sendId?: string;
  status?: string;
  error?: string;
}

export interface DeadLetterDeps {
  sqs: SQSClient;
  /** The start of the names of the stack's queues: `pregon-dev-`. */
  prefix: string;
  getRow(id: RowId): Promise<LedgerRow | undefined>;
  clock: Clock;
}

export interface DeadLetters {
  letters: DeadLetter[];
  /** Queues with more dead letters than could be received while the messages are hidden from others. */
  unfinished: string[];
}

interface Held {
  letter: DeadLetter;
  receiptHandle: string;
}

const DEAD = '-dlq';
const BATCH = 10;
/** A received message is hidden from other receivers for this long. */
const HOLD_SECONDS = 60;
/** No more is received after this. Otherwise the first messages would become visible again and be received twice. */
const RECEIVE_MS = 40_000;

const rowNumber = z.number().int().positive();
/** Of one row, or of the rows of a child execution. */
const rowMessage = z.union([
  z.object({ batchId: z.string().min(1), rows: z.array(rowNumber).min(1) }),
  z
    .object({ batchId: z.string().min(1), rowNumber })
    .transform(({ batchId, rowNumber: row }) => ({ batchId, rows: [row] })),
]);

/** The dead letters of all queues, or of one, at most `limit`. They stay where they are. */
export async function listDeadLetters(deps: DeadLetterDeps, limit: number, lane?: string): Promise<DeadLetters> {
  const found: DeadLetters = { letters: [], unfinished: [] };
  for (const dead of await deadQueues(deps, lane)) {
    const held = await hold(deps, dead, limit - found.letters.length, found);
    await makeVisible(deps.sqs, dead.url, held);
  }
  return found;
}

/**
 * Moves open messages back to their queues. The others stay, or are deleted with `discard`. Returns all of them. A message that is
 * replayed twice changes nothing, because its row is claimed once.
 */
export async function replayDeadLetters(
  deps: DeadLetterDeps,
  { limit, lane, discard }: { limit: number; lane?: string | undefined; discard: boolean },
): Promise<DeadLetters> {
  const found: DeadLetters = { letters: [], unfinished: [] };
  for (const dead of await deadQueues(deps, lane)) {
    const { QueueUrl: target } = await deps.sqs.send(
      new GetQueueUrlCommand({ QueueName: `${deps.prefix}${dead.lane}` }),
    );
    const held = await hold(deps, dead, limit - found.letters.length, found);
    for (const { letter, receiptHandle } of held) {
      if (letter.verdict === 'open') {
        await deps.sqs.send(new SendMessageCommand({ QueueUrl: target, MessageBody: letter.body }));
      }
      if (letter.verdict === 'open' || discard) {
        await deps.sqs.send(new DeleteMessageCommand({ QueueUrl: dead.url, ReceiptHandle: receiptHandle }));
      }
    }
    if (!discard) {
      await makeVisible(
        deps.sqs,
        dead.url,
        held.filter(({ letter }) => letter.verdict !== 'open'),
      );
    }
  }
  return found;
}

interface DeadQueue {
  url: string;
  /** The queue whose messages it gets: `send` for `pregon-dev-send-dlq`. */
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

/** Receives the messages of a queue, which hides them from others, and adds them to `found`. */
async function hold(deps: DeadLetterDeps, queue: DeadQueue, limit: number, found: DeadLetters): Promise<Held[]> {
  const held = new Map<string, Held>();
  const deadline = deps.clock.now() + RECEIVE_MS;
  while (held.size < limit) {
    if (deps.clock.now() >= deadline) {
      found.unfinished.push(queue.lane);
      break;
    }
    const { Messages = [] } = await deps.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: Math.min(BATCH, limit - held.size),
        VisibilityTimeout: HOLD_SECONDS,
        // A long poll asks every server of the queue, so an empty answer means that the queue is empty.
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

async function makeVisible(sqs: SQSClient, url: string, held: readonly Held[]): Promise<void> {
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
  // Messages of requests and orders have no row number. They change nothing when they arrive twice.
  if (!named.success) return { ...letter, verdict: typeof content === 'object' && content ? 'open' : 'poison' };
  const { batchId, rows } = named.data;
  const found = (await Promise.all(rows.map((row) => getRow({ batchId, rowNumber: row })))).filter(
    (row) => row !== undefined,
  );
  // One open row is enough, because those that have ended are not sent again.
  const shown = found.find(isOpen) ?? found[0];
  if (!shown) return { ...letter, verdict: 'poison' };
  const { sendId, status, error } = shown;
  return { ...letter, verdict: isOpen(shown) ? 'open' : 'ended', sendId, status, ...(error && { error: error.code }) };
}

const isOpen = ({ status }: LedgerRow) => status === 'PENDING' || status === 'QUEUED';

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
