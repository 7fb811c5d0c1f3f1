import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './caller.ts';
import { memberOf } from './users.ts';

export interface Drained {
  sent: number;
  failed: number;
  /** Neither sent nor failed at the end. */
  lost: number;
  /** Requests that the provider accepted more than once. */
  twice: number;
  /** Calls that the provider throttled. */
  throttled: number;
  /** Calls of the provider while there was a backlog, including failed ones. */
  calls: number;
  seconds: number;
  /** The part of the calls that the limiter allows in that time, 0 to 1. */
  used: number;
}

interface Moment {
  at: number;
  calls: number;
}

const POLL_MS = 5_000;
/** With fewer requests left, they wait for their retries and not for a slot. */
const BACKLOG = 50;
/** Gives up when nothing was accepted for this long. */
const STALLED_MS = 180_000;

/** Waits until the backlog is empty, by the mailbox and the metrics of local AWS, and counts the requests by their end. */
export async function watchDrain(
  { api, aws, say }: { api: Caller; aws: Caller; say(line: string): void },
  ids: readonly string[],
  perSecond: number,
): Promise<Drained> {
  const wanted = new Set(ids);
  const accepted = new Map<string, number>();
  let after = '';
  const readMailbox = async () => {
    for (;;) {
      const page = await get<{ messages: { batchId?: string }[]; next?: string }>(
        aws,
        `/_local/mailbox?limit=1000&after=${after}`,
      );
      // The last page has no `next` and is read again, so only the pages before it are counted for good.
      for (const { batchId = '' } of page.next === undefined ? [] : page.messages) count(batchId);
      if (page.next === undefined) return page.messages;
      after = page.next;
    }
  };
  const count = (batchId: string, into = accepted) => {
    if (wanted.has(batchId)) into.set(batchId, (into.get(batchId) ?? 0) + 1);
  };

  const moments: Moment[] = [];
  let grewAt = performance.now();
  let before = -1;
  for (;;) {
    const last = await readMailbox();
    const all = new Map(accepted);
    for (const { batchId = '' } of last) count(batchId, all);
    const left = wanted.size - all.size;
    const now = performance.now();
    if (left > BACKLOG || moments.length === 0) moments.push({ at: now, calls: await callsOf(aws) });
    if (all.size > before) grewAt = now;
    before = all.size;
    say(`${all.size} of ${wanted.size} sent`);
    if (left > 0 && now - grewAt < STALLED_MS && !(left <= BACKLOG && (await allEnded(api, wanted, all)))) {
      await sleep(POLL_MS);
      continue;
    }
    return {
      ...(await outcome(api, wanted, all)),
      throttled: await metric(aws, 'Throttled'),
      ...usage(moments, perSecond),
    };
  }
}

function usage(moments: readonly Moment[], perSecond: number): Pick<Drained, 'calls' | 'seconds' | 'used'> {
  const [first, last] = [moments[0], moments.at(-1)];
  if (!first || !last || first === last) return { calls: 0, seconds: 0, used: 0 };
  const calls = last.calls - first.calls;
  const seconds = (last.at - first.at) / 1000;
  return { calls, seconds, used: calls / seconds / perSecond };
}

async function outcome(api: Caller, wanted: ReadonlySet<string>, all: ReadonlyMap<string, number>) {
  const counts = { sent: 0, failed: 0, lost: 0 };
  for (const id of wanted) {
    const status = await statusOf(api, id);
    counts[status === 'sent' || status === 'failed' ? status : 'lost'] += 1;
  }
  return { ...counts, twice: [...all.values()].filter((times) => times > 1).length };
}

async function allEnded(api: Caller, wanted: ReadonlySet<string>, all: ReadonlyMap<string, number>): Promise<boolean> {
  for (const id of wanted) if (!all.has(id) && (await statusOf(api, id)) !== 'failed') return false;
  return true;
}

const statusOf = async (api: Caller, id: string) =>
  memberOf((await api.call('GET', `/v1/requests/${id}`)).body, 'status');

const callsOf = async (aws: Caller) => (await metric(aws, 'Sent')) + (await metric(aws, 'Transient'));

async function metric(aws: Caller, name: string): Promise<number> {
  const { metrics } = await get<{
    metrics: { name: string; sum: number; dimensions: Record<string, string> }[];
  }>(aws, '/_local/metrics');
  return metrics.find((one) => one.name === name && one.dimensions.service === 'notify-worker')?.sum ?? 0;
}

async function get<T>(caller: Caller, path: string): Promise<T> {
  const { status, body } = await caller.call('GET', path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${body.slice(0, 200)}`);
  return JSON.parse(body) as T;
}
