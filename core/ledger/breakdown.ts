import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, namesIn } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { allShards, createdKey, dayOf, INDEX, statusKey } from './keys.ts';
import type { Send } from './send.ts';

/** The rows that ended in a minute, such as `2026-11-22T10:00:00.000Z`. */
export interface Minute {
  minute: string;
  sent: number;
  error: number;
}

/** What became of a batch's rows by reason and by time. Each row is in it once, in the minute of its last attempt. */
export interface Breakdown {
  /** The rows in ERROR by their code, the most frequent first. */
  errors: { code: string; count: number }[];
  /** Minutes without a row are left out. The newest `MAX_MINUTES`, in the order of time. */
  perMinute: Minute[];
}

/** A day. With as many entries, the item of a breakdown has some 60 KB. */
export const MAX_MINUTES = 1_440;
/** As for the counts of a running batch: more concurrent queries would slow down the workers' writes. */
const CONCURRENCY = 2;

/** The minute of a time, as a time. */
export const minuteOf = (time: string): string => `${time.slice(0, 16)}:00.000Z`;

type EndedRow = Pick<Send, 'status' | 'error' | 'lastAttemptAt' | 'updatedAt'>;

/** Counts rows that ended by reason and by minute. */
export class BreakdownCounter {
  readonly #codes = new Map<string, number>();
  readonly #minutes = new Map<string, Minute>();

  /** Ignores rows that have not ended. */
  addRow({ status, error, lastAttemptAt, updatedAt }: EndedRow) {
    const minute = minuteOf(lastAttemptAt ?? updatedAt);
    if (status === 'SENT') this.addSent(minute, 1);
    if (status !== 'ERROR') return;
    const code = error?.code ?? 'Internal';
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
    this.#minute(minute).error += 1;
  }

  addSent(minute: string, rows: number): void {
    this.#minute(minute).sent += rows;
  }

  result(): Breakdown {
    return {
      errors: [...this.#codes].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count),
      perMinute: [...this.#minutes.values()].sort((a, b) => (a.minute < b.minute ? -1 : 1)).slice(-MAX_MINUTES),
    };
  }

  #minute(minute: string): Minute {
    const existing = this.#minutes.get(minute) ?? { minute, sent: 0, error: 0 };
    this.#minutes.set(minute, existing);
    return existing;
  }
}

/** Rows in ERROR of a batch by the status index. Its work is bounded, so that it misses some where they are tens of thousands. */
export async function visitErrors(
  table: DynamoTable,
  batch: { batchId: string; createdAt: string },
  visit: (row: EndedRow) => void,
): Promise<void> {
  const projection = '#status, #error.#code, #lastAttemptAt, #updatedAt, #expiresAt';
  await forEachConcurrently(CONCURRENCY, allShards, async (shard) => {
    const errors = new ItemStream(table, {
      IndexName: INDEX.byStatus,
      KeyConditionExpression: 'statusKey = :status AND begins_with(createdKey, :batch)',
      ExpressionAttributeValues: {
        ':status': statusKey('ERROR', dayOf(batch.createdAt), shard),
        ':batch': createdKey(batch.createdAt, batch.batchId, 0).slice(0, -8),
      },
      ProjectionExpression: projection,
      ExpressionAttributeNames: namesIn(projection),
    });
    // The first page is enough: it has some 2,000 rows.
    for (await errors.fill(); errors.head; errors.take()) visit(errors.head as unknown as EndedRow);
  });
}
