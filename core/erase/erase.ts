import type { CampaignRecord } from '../campaigns/campaign.ts';
import type { Erasures } from '../consent/erasures.ts';
import type { Suppressions } from '../consent/suppressions.ts';
import { addressKey } from '../csv/address.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, deleteIf, type Key, readMany } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { closeForErasure, eraseContent, stripRow, unindexRow } from '../ledger/erase.ts';
import { INDEX } from '../ledger/keys.ts';
import type { RowId } from '../ledger/transitions.ts';
import { customerKey, orderOfCustomer } from '../orders/item.ts';
import { orderOfNotice } from '../orders/notice.ts';
import { type EraseCampaignDeps, type Erasure, eraseFromCampaign } from './campaign.ts';
import { type EraseEmailDeps, eraseDestination, openEmailRows } from './email.ts';
import { eraseCustomer } from './order.ts';

export interface EraseDeps extends EraseCampaignDeps, EraseEmailDeps {
  suppressions: Pick<Suppressions, 'get' | 'erase'>;
  erasures: Pick<Erasures, 'add'>;
}

export interface EraseOptions {
  /** Also reads the files of campaigns in which no row of the address is registered, for rows that were skipped. */
  allCampaigns?: boolean;
}

/** What was erased, without the address. */
export interface Erased {
  /** Rows of campaigns. */
  rows: number;
  /** Campaigns with such rows, or with files that had the address. */
  campaigns: number;
  /** Rows of all channels that would have been sent, and end in ERROR Erased. */
  ended: number;
  /** Transactional emails and notification requests. */
  emails: number;
  orders: number;
  filesRewritten: number;
  filesDeleted: number;
  /** Campaigns whose files were read, although the index of addresses names no row of theirs. */
  campaignsRead: number;
  /** The address was on the suppression list before. */
  wasSuppressed: boolean;
}

/** Uploads that had asked the suppression list before write their record within this time, and indexes show it. */
const SETTLE_MS = 3_000;
/** Each pass finds what was written during the one before. */
const MAX_PASSES = 20;

/**
 * Erases what is stored about an address, and suppresses it. It may be repeated, also after it was killed: it goes on where it was. It looks
 * again until a pass finds nothing, because workers, uploads and workflows may write meanwhile what they had read before.
 */
export async function eraseAddress(
  deps: EraseDeps,
  address: string,
  { allCampaigns = false }: EraseOptions = {},
): Promise<Erased> {
  const { suppressions, erasures, sends } = deps;
  const key = addressKey(address);
  const wasSuppressed = (await suppressions.get(key)) !== undefined;
  // First, so that nothing more is sent or uploaded. The time is that of the first erasure of this address.
  const { erasedAt } = await suppressions.erase(key);
  await erasures.add(key);
  const erasure: Erasure = { key, since: erasedAt };
  const work = new Work(deps, erasure, allCampaigns, wasSuppressed);
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    const found = await work.pass();
    if (!found && pass > 1) return work.erased;
    await sends.clock.sleep(SETTLE_MS);
  }
  throw new PregonError('Unavailable', 'The address is being written again and again. Erase it once more later.');
}

/** What the index of addresses names. */
interface Indexed {
  rows: Map<string, number[]>;
  others: RowId[];
  orders: { orderId: string; entry: Key }[];
}

class Work {
  readonly erased: Erased;
  readonly #deps: EraseDeps;
  readonly #erasure: Erasure;
  readonly #allCampaigns: boolean;
  /** Campaigns whose files were read and do not have the address: it is suppressed, so they do not get it. */
  readonly #without = new Set<string>();
  readonly #campaigns = new Set<string>();
  readonly #read = new Set<string>();

  constructor(deps: EraseDeps, erasure: Erasure, allCampaigns: boolean, wasSuppressed: boolean) {
    this.#deps = deps;
    this.#erasure = erasure;
    this.#allCampaigns = allCampaigns;
    this.erased = {
      rows: 0,
      campaigns: 0,
      ended: 0,
      emails: 0,
      orders: 0,
      filesRewritten: 0,
      filesDeleted: 0,
      campaignsRead: 0,
      wasSuppressed,
    };
  }

  /** Erases what is found now. Resolves to whether that was anything. */
  async pass(): Promise<boolean> {
    const before = this.#found();
    const { rows, others, orders } = await this.#indexed();
    for (const [batchId, numbers] of rows) await this.#campaign(batchId, numbers);
    for await (const batchId of this.#unindexedCampaigns()) {
      if (rows.has(batchId) || this.#without.has(batchId)) continue;
      this.#read.add(batchId);
      this.erased.campaignsRead = this.#read.size;
      if (!(await this.#campaign(batchId, []))) this.#without.add(batchId);
    }
    for (const { orderId, entry } of orders) {
      if (await eraseCustomer(this.#deps.sends, orderId, entry, this.#erasure.key)) this.erased.orders += 1;
    }
    const open = await openEmailRows(this.#deps, this.#erasure.key);
    for (const row of [...others, ...open]) await this.#other(row);
    return this.#found() > before;
  }

  #found(): number {
    const { rows, emails, orders, filesRewritten, filesDeleted } = this.erased;
    return rows + emails + orders + filesRewritten + filesDeleted;
  }

  /** All of the index's pages: it costs reads by the number of the address's rows. */
  async #indexed(): Promise<Indexed> {
    const { sends } = this.#deps;
    const found: Indexed = { rows: new Map(), others: [], orders: [] };
    const stream = new ItemStream(sends, {
      IndexName: INDEX.byAddress,
      KeyConditionExpression: 'address = :address',
      ExpressionAttributeValues: { ':address': this.#erasure.key },
    });
    const keys: Key[] = [];
    for await (const item of stream) {
      const entry = { pk: String(item.pk), sk: String(item.sk) };
      const orderId = orderOfCustomer(entry);
      if (orderId === undefined) keys.push(entry);
      else found.orders.push({ orderId, entry });
    }
    const items = await readMany(sends, keys, { consistent: true });
    const present = new Set(items.map(({ pk, sk }) => `${pk} ${sk}`));
    // Expired, and not deleted by DynamoDB yet.
    for (const key of keys) if (!present.has(`${key.pk} ${key.sk}`)) await deleteExpired(sends, key);
    for (const item of items) {
      if (item.address === undefined) continue;
      const id = { batchId: String(item.batchId), rowNumber: Number(item.rowNumber) };
      if (item.channel !== 'campaign') found.others.push(id);
      // An order of an earlier release has no entry in the index.
      const orderId = orderOfNotice(id.batchId);
      if (orderId !== undefined) found.orders.push({ orderId, entry: customerKey(orderId, this.#erasure.key) });
      if (item.channel === 'campaign')
        found.rows.set(id.batchId, [...(found.rows.get(id.batchId) ?? []), id.rowNumber]);
    }
    return found;
  }

  /** Campaigns with rows that are not registered yet, so that no index has them. Campaigns are few, so the whole list is read. */
  async *#unindexedCampaigns(): AsyncGenerator<string> {
    let after: string | undefined;
    do {
      const page = await this.#deps.store.list({ limit: 100, ...(after !== undefined && { after }) });
      for (const record of page.campaigns) {
        if (this.#allCampaigns || !(await isRegistered(this.#deps, record))) yield record.batchId;
      }
      after = page.next;
    } while (after !== undefined);
  }

  /** Resolves to whether the campaign had the address. */
  async #campaign(batchId: string, rows: readonly number[]): Promise<boolean> {
    const places = { batchId, rows, allFiles: this.#allCampaigns };
    const {
      rows: stripped,
      ended,
      filesRewritten,
      filesDeleted,
    } = await eraseFromCampaign(this.#deps, this.#erasure, places);
    this.erased.rows += stripped;
    this.erased.ended += ended;
    this.erased.filesRewritten += filesRewritten;
    this.erased.filesDeleted += filesDeleted;
    const had = stripped + filesRewritten > 0;
    if (had) this.#campaigns.add(batchId);
    this.erased.campaigns = this.#campaigns.size;
    return had;
  }

  /** A row of another channel. */
  async #other(id: RowId): Promise<void> {
    const { sends } = this.#deps;
    const closed = await closeForErasure(sends, id, this.#erasure.since);
    if (!closed) return;
    if (closed.isNew) this.erased.ended += 1;
    await eraseDestination(this.#deps, id);
    await eraseContent(sends, closed.row);
    await stripRow(sends, id);
    if (await unindexRow(sends, id)) this.erased.emails += 1;
  }
}

/** Whether every row is in the ledger for certain: nothing is sent before that, and each end counts the rows. */
async function isRegistered(
  { counters }: Pick<EraseDeps, 'counters'>,
  { batchId, status, finalCounts, enqueued }: CampaignRecord,
): Promise<boolean> {
  if (status === 'SUCCEEDED') return true;
  if (finalCounts) return finalCounts.SENT + finalCounts.ERROR + finalCounts.QUEUED === enqueued;
  return (await counters.read(batchId)).sent > 0;
}

async function deleteExpired(sends: DynamoTable, key: Key): Promise<void> {
  const values = { ':now': Math.floor(sends.clock.now() / 1000) };
  await deleteIf(sends, { key, condition: '#expiresAt <= :now', values });
}
