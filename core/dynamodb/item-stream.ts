import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { isExpired } from './expiry.ts';
import type { DynamoTable, Item } from './table.ts';

/** How many queries may still be made. */
export interface Budget {
  queries: number;
}

/**
 * The items of one query in its order, read page by page as they are needed. Expired ones are left out; a projection must contain
 * `expiresAt`.
 */
export class ItemStream {
  readonly #table: DynamoTable;
  readonly #input: Omit<QueryCommandInput, 'TableName'>;
  readonly #budget: Budget;
  #buffer: Item[] = [];
  #at = 0;
  #startKey: Item | undefined;
  #ended = false;

  constructor(
    table: DynamoTable,
    input: Omit<QueryCommandInput, 'TableName'>,
    budget: Budget = { queries: Number.POSITIVE_INFINITY },
  ) {
    this.#table = table;
    this.#input = input;
    this.#budget = budget;
  }

  /** The next item, which stays the next until it is taken. Undefined at the end. Call `fill` first. */
  get head(): Item | undefined {
    return this.#buffer[this.#at];
  }

  take(): void {
    this.#at += 1;
  }

  /** Reads until there is a head or the query has ended. */
  async fill(): Promise<void> {
    while (this.#at >= this.#buffer.length && !this.#ended) {
      this.#budget.queries -= 1;
      const { Items = [], LastEvaluatedKey } = await this.#table.client.send(
        new QueryCommand({
          TableName: this.#table.tableName,
          ...this.#input,
          ...(this.#startKey ? { ExclusiveStartKey: this.#startKey } : {}),
        }),
      );
      const now = this.#table.clock.now();
      this.#buffer = Items.filter((item) => !isExpired(item, now));
      this.#at = 0;
      this.#startKey = LastEvaluatedKey;
      this.#ended = LastEvaluatedKey === undefined;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for (await this.fill(); this.head; await this.fill()) {
      const item = this.head;
      this.take();
      yield item;
    }
  }
}

/** Merges ordered streams into one in the same order. `before(a, b)` says whether a comes first. */
export async function* merge(
  streams: readonly ItemStream[],
  before: (a: Item, b: Item) => boolean,
): AsyncGenerator<Item> {
  await Promise.all(streams.map((stream) => stream.fill()));
  for (;;) {
    let first: ItemStream | undefined;
    for (const stream of streams) {
      if (stream.head && (!first?.head || before(stream.head, first.head))) first = stream;
    }
    const item = first?.head;
    if (!first || !item) return;
    yield item;
    first.take();
    if (!first.head) await first.fill();
  }
}
