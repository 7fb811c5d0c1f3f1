import type { CampaignRecord, Counts, UnconfirmedPolicy } from '../../../core/campaigns/campaign.ts';
import { PregonError } from '../../../core/errors.ts';
import { sendIdOf } from '../../../core/ledger/keys.ts';
import type { SendFilter } from '../../../core/ledger/queries.ts';
import type { Send } from '../../../core/ledger/send.ts';
import type { GraphqlContext } from '../../../graphql/context.ts';
import { executeRequest, type GraphqlAnswer } from '../../../graphql/execute.ts';
import { createSchema } from '../../../graphql/schema.ts';

export const BATCH = 'a'.repeat(64);
export const CREATED = '2026-11-22T10:00:00.000Z';

export function aSend(change: Partial<Send> = {}): Send {
  const batchId = change.batchId ?? BATCH;
  const rowNumber = change.rowNumber ?? 1;
  return {
    sendId: sendIdOf(batchId, rowNumber),
    batchId,
    rowNumber,
    email: `row${rowNumber}@example.com`,
    subject: 'Welcome',
    status: 'SENT',
    channel: 'campaign',
    attempts: 1,
    createdAt: CREATED,
    updatedAt: CREATED,
    ...change,
  };
}

export function aCampaign(change: Partial<CampaignRecord> = {}): CampaignRecord {
  return {
    batchId: BATCH,
    uploadId: 'u1',
    status: 'RUNNING',
    total: 3,
    enqueued: 3,
    skipped: 0,
    dryRun: false,
    format: 'text',
    warnings: [],
    encoding: 'utf-8',
    maxConcurrency: 250,
    sendTimeoutSeconds: 3600,
    createdAt: CREATED,
    redriveCount: 0,
    ...change,
  };
}

export interface World {
  sends?: readonly Send[];
  campaigns?: readonly CampaignRecord[];
  /** Sends that one page may look at before it ends early, as the ledger's bounded walk does. */
  workPerPage?: number;
  introspection?: boolean;
}

/** The product's data in memory, behind the interfaces that the resolvers use. */
export function inMemory({ sends = [], campaigns = [], workPerPage = Number.POSITIVE_INFINITY }: World) {
  const commands: { command: 'redrive' | 'stop'; batchId: string; unconfirmed?: UnconfirmedPolicy | undefined }[] = [];
  const newestFirst = [...sends].sort((a, b) => order(b).localeCompare(order(a)));
  const record = (batchId: string) => campaigns.find((campaign) => campaign.batchId === batchId);
  const known = (batchId: string) => {
    const found = record(batchId);
    if (!found) throw new PregonError('NotFound', `There is no campaign ${batchId}`);
    return found;
  };

  const context: GraphqlContext = {
    sends: {
      async list(filter, { limit, after }) {
        const behind = newestFirst.filter((send) => after === undefined || order(send) < after);
        const seen = behind.slice(0, workPerPage);
        const page = seen.filter((send) => matches(send, filter)).slice(0, limit);
        const last = page.length === limit ? page.at(-1) : seen.at(-1);
        const more = last !== undefined && behind.at(-1) !== last;
        return { sends: page.map((send) => place(send, order(send))), ...(more ? { next: order(last) } : {}) };
      },
      async get(sendId) {
        const found = sends.find((send) => send.sendId === sendId);
        return found && place(found, order(found));
      },
    },
    campaigns: {
      get: async (batchId) => record(batchId),
      async list({ limit, after }) {
        const start = after ? campaigns.findIndex((campaign) => campaign.batchId === after) + 1 : 0;
        const page = campaigns.slice(start, start + limit);
        const last = page.at(-1);
        const more = start + limit < campaigns.length && last;
        return { campaigns: page.map((item) => place(item, item.batchId)), ...(more ? { next: last.batchId } : {}) };
      },
      async progress(campaign) {
        const counts: Counts = { PENDING: campaign.enqueued, QUEUED: 0, SENT: 0, ERROR: 0 };
        return { counts, unconfirmed: 0 };
      },
      executionArn: (batchId) => `arn:aws:states:us-east-1:000000000000:execution:pregon-dev-campaign:${batchId}`,
      async redrive(batchId, unconfirmed) {
        commands.push({ command: 'redrive', batchId, unconfirmed });
        return known(batchId);
      },
      async stop(batchId) {
        commands.push({ command: 'stop', batchId });
        return known(batchId);
      },
    },
  };
  return { context, commands };
}

const order = (send: Send) => `${send.createdAt}#${send.batchId}#${String(send.rowNumber).padStart(8, '0')}`;
const place = <T>(item: T, cursor: string): T & { cursor: string } => ({ ...item, cursor });

function matches(send: Send, { statuses, from, to, batchId, campaignId, email }: SendFilter): boolean {
  return (
    (!statuses || statuses.includes(send.status)) &&
    (!from || send.createdAt >= from) &&
    (!to || send.createdAt < to) &&
    (!batchId || send.batchId === batchId) &&
    (!campaignId || send.campaignId === campaignId) &&
    (!email || send.email === email.toLowerCase())
  );
}

const schema = createSchema();

/** A function that runs queries against a world in memory. */
export function graphqlOver(world: World = {}) {
  const { context, commands } = inMemory(world);
  const faults: Error[] = [];
  const run = (query: string, variables?: Record<string, unknown>): Promise<GraphqlAnswer> =>
    executeRequest({ query, variables, operationName: undefined }, context, {
      schema,
      introspection: world.introspection ?? true,
      requestId: 'request-1',
      report: (error) => faults.push(error),
    });
  return { run, context, commands, faults };
}
