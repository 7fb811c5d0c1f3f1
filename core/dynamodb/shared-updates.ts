import { BatchExecuteStatementCommand, type BatchExecuteStatementCommandOutput } from '@aws-sdk/lib-dynamodb';
import { startTimer } from '../clock.ts';
import type { DynamoTable, Item, Key } from './table.ts';

/** A conditional update of one item, as a PartiQL statement. */
export interface UpdateStatement {
  key: Key;
  /** What becomes of the attributes, such as `SET "status" = ? REMOVE "leaseId"`. */
  update: string;
  /** Such as `"leaseId" IS MISSING`. An item that does not exist fails every condition. */
  condition: string;
  /** The values of the question marks of `update`, then of `condition`. */
  values: readonly unknown[];
  /** Aborts the update and those that share its call. */
  signal?: AbortSignal;
}

/** The item after the update, or the item that the condition refused; the latter is undefined if DynamoDB does not say it. */
export type UpdateOutcome = { updated: Item } | { refused: Item | undefined };

/** The most statements of one call: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
const MAX_STATEMENTS = 25;
/** The condition did not hold. */
const REFUSED = 'ConditionalCheckFailed';
/**
 * A statement with one of these may work in a moment. The SDK does not repeat it, because the call itself succeeded:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
 */
const REPEATED = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);
/** As long as the clients of workers repeat a call. */
const REPEAT_FOR_MS = 2_500;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;

interface Waiting {
  statement: UpdateStatement;
  resolve(outcome: UpdateOutcome): void;
  reject(error: unknown): void;
}
type Responses = NonNullable<BatchExecuteStatementCommandOutput['Responses']>;

/**
 * Makes conditional updates of many items in few calls. Updates that are asked for at about the same time share a
 * BatchExecuteStatement, and each has its own outcome. A call for one item costs its caller as much as a call for 25.
 */
export class SharedUpdates {
  readonly #table: DynamoTable;
  readonly #gatherMs: number;
  readonly #repeatForMs: number;
  readonly #random: () => number;
  #waiting: Waiting[] = [];
  #cancel: (() => void) | undefined;

  /**
   * A call is made `gatherMs` milliseconds after the first update that it makes, and at once when it is full. Statements that are throttled
   * are repeated for `repeatForMs`.
   */
  constructor(
    table: DynamoTable,
    {
      gatherMs,
      repeatForMs = REPEAT_FOR_MS,
      random = Math.random,
    }: { gatherMs: number; repeatForMs?: number; random?: () => number },
  ) {
    this.#table = table;
    this.#gatherMs = gatherMs;
    this.#repeatForMs = repeatForMs;
    this.#random = random;
  }

  /** Rejects when the call fails, is aborted, or DynamoDB stays busy. Whether the update was made is then unknown. */
  update(statement: UpdateStatement): Promise<UpdateOutcome> {
    return new Promise((resolve, reject) => {
      // DynamoDB does not document two statements for one item in a batch, and refuses other batches that name an item twice.
      if (this.#waiting.some((other) => isSameItem(other.statement, statement))) this.flush();
      this.#waiting.push({ statement, resolve, reject });
      if (this.#waiting.length === MAX_STATEMENTS) this.flush();
      else this.#cancel ??= this.#later();
    });
  }

  /** Makes the call for all that wait now. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) void this.#execute(batch);
  }

  #later(): () => void {
    if (this.#gatherMs > 0) return startTimer(this.#table.clock, this.#gatherMs, () => this.flush());
    // The others of this moment ask in the same turn of the event loop.
    const immediate = setImmediate(() => this.flush());
    return () => clearImmediate(immediate);
  }

  async #execute(batch: readonly Waiting[]): Promise<void> {
    const { clock } = this.#table;
    const signal = AbortSignal.any(batch.flatMap(({ statement }) => statement.signal ?? []));
    const until = clock.now() + this.#repeatForMs;
    let left = batch;
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs)) {
        left = settle(left, await this.#call(left, signal));
        if (left.length === 0) return;
        const delayMs = this.#random() * pauseMs;
        if (clock.now() + delayMs > until) throw throttled();
        await clock.sleep(delayMs, signal);
      }
    } catch (error) {
      for (const { reject } of left) reject(error);
    }
  }

  async #call(batch: readonly Waiting[], abortSignal: AbortSignal): Promise<Responses> {
    const { client, tableName } = this.#table;
    const command = new BatchExecuteStatementCommand({
      Statements: batch.map(({ statement: { key, update, condition, values } }) => ({
        Statement: `UPDATE "${tableName}" ${update} WHERE (${condition}) AND "pk" = ? AND "sk" = ? RETURNING ALL NEW *`,
        Parameters: [...values, key.pk, key.sk],
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })),
    });
    return (await client.send(command, { abortSignal })).Responses ?? [];
  }
}

const isSameItem = ({ key: one }: UpdateStatement, { key: other }: UpdateStatement) =>
  one.pk === other.pk && one.sk === other.sk;

/** The error that the SDK would have for a throttled call. */
const throttled = () =>
  Object.assign(new Error('DynamoDB throttles statements of a batch'), { name: 'ThrottlingException' });

/** Tells each update its outcome. Resolves to those that must be repeated. */
function settle(batch: readonly Waiting[], responses: Responses): Waiting[] {
  return batch.filter(({ resolve, reject }, index) => {
    const { Error: error, Item: item } = responses[index] ?? {};
    if (!error) resolve({ updated: item ?? {} });
    else if (error.Code === REFUSED) resolve({ refused: error.Item });
    else if (REPEATED.has(String(error.Code))) return true;
    else reject(new Error(`DynamoDB refused a statement: ${error.Code}: ${error.Message}`));
    return false;
  });
}
