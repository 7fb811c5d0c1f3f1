/** Types of the parts of fauxqs that are used here: its queues, its SQLite persistence and its SQS actions. */

export interface FauxMessage {
  messageId: string;
  body: string;
  messageAttributes: Record<string, unknown>;
  sentTimestamp: number;
  messageGroupId?: string;
  messageDeduplicationId?: string;
}

export interface FauxQueue {
  readonly name: string;
  url: string;
  readonly arn: string;
  readonly attributes: Record<string, string | undefined>;
  messages: FauxMessage[];
  delayedMessages: FauxMessage[];
  readonly inflightMessages: Map<string, { message: FauxMessage }>;
  readonly fifoMessages: Map<string, FauxMessage[]>;
  persistence?: FauxPersistence;
  isFifo(): boolean;
  setAttributes(attributes: Record<string, string>): void;
  enqueue(message: FauxMessage): void;
  waitForMessages(seconds: number): Promise<void>;
}

export interface FauxStore {
  queues: Map<string, FauxQueue>;
  region: string;
  persistence?: FauxPersistence;
  buildQueueUrl(name: string): string;
  createQueue(name: string, url: string, arn: string, attributes: Record<string, string>): FauxQueue;
  allQueues(): Iterable<FauxQueue>;
  getQueue(url: string): FauxQueue | undefined;
  getQueueByArn(arn: string): FauxQueue | undefined;
  processAllTimers(): void;
  shutdown(): void;
}

/** Its writes, by name. Each is written to SQLite at once. */
export interface FauxPersistence {
  readonly db: import('node:sqlite').DatabaseSync;
  readonly stmts: Readonly<Record<string, import('node:sqlite').StatementSync>>;
  loadSqsQueues(store: FauxStore): void;
  deleteMessage(messageId: string): void;
  [write: string]: unknown;
}

export interface FauxStoreClass {
  new (): FauxStore;
  createMessage(
    body: string,
    attributes: Record<string, unknown>,
    delaySeconds?: number,
    groupId?: string,
    deduplicationId?: string,
  ): FauxMessage;
}

export interface FauxError extends Error {
  readonly statusCode: number;
  readonly queryErrorHeader: string;
  toJSON(): { __type: string; message: string };
}

export type FauxAction = (body: Record<string, unknown>, store: FauxStore, request: { headers: object }) => unknown;

/** What its action ReceiveMessage answers, as far as it is used here. */
export interface FauxReceived {
  Messages?: { ReceiptHandle: string; Attributes?: Record<string, string> }[];
}

const ACTIONS = [
  'CreateQueue',
  'DeleteQueue',
  'GetQueueUrl',
  'ListQueues',
  'GetQueueAttributes',
  'SetQueueAttributes',
  'PurgeQueue',
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'SendMessageBatch',
  'DeleteMessageBatch',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'TagQueue',
  'UntagQueue',
  'ListQueueTags',
] as const;

export interface Faux {
  readonly Store: FauxStoreClass;
  readonly Persistence: new (folder: string) => FauxPersistence;
  readonly SqsError: new (code: string, message: string) => FauxError;
  readonly actions: ReadonlyMap<string, FauxAction>;
}

/** Loads single files of fauxqs, because the package exports only a server that listens on every address of the machine. */
export async function loadFaux(): Promise<Faux> {
  const root = new URL('.', import.meta.resolve('fauxqs'));
  const load = async (file: string) => (await import(new URL(file, root).href)) as Record<string, unknown>;
  const [store, persistence, errors, types] = await Promise.all([
    load('sqs/sqsStore.js'),
    load('persistence.js'),
    load('common/errors.js'),
    load('sqs/sqsTypes.js'),
  ]);
  allowAllCharacters(types.INVALID_MESSAGE_BODY_CHAR as RegExp);
  const actions = new Map<string, FauxAction>();
  await Promise.all(
    ACTIONS.map(async (action) => {
      const name = action.charAt(0).toLowerCase() + action.slice(1);
      actions.set(action, (await load(`sqs/actions/${name}.js`))[name] as FauxAction);
    }),
  );
  return {
    Store: store.SqsStore as FauxStoreClass,
    Persistence: persistence.PersistenceManager as Faux['Persistence'],
    SqsError: errors.SqsError as Faux['SqsError'],
    actions,
  };
}

/** fauxqs 2.4 refuses characters beyond U+FFFF, such as emojis. SQS accepts them. */
function allowAllCharacters(invalid: RegExp): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SQS documents the allowed characters this way
  const notAllowed = /[^\x09\x0A\x0D\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
  invalid.test = (text: string) => notAllowed.test(text);
}
