import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './caller.ts';
import type { Tally } from './tally.ts';

export interface Load {
  users: number;
  /** Users are added evenly over this time. All stop at its end. */
  seconds: number;
}

/** Pauses of a user, as in the k6 script. */
const BEFORE_GET_MS = 500;
const BEFORE_NEXT_MS = 1000;
const STATUSES = ['queued', 'processing', 'sent', 'failed'];
const TYPES = ['email', 'sms', 'push'];

/** Generates the load of examples/k6/requests.js. Resolves to the ids of the requests that were processed. */
export async function runUsers(caller: Caller, { users, seconds }: Load, tally: Tally): Promise<string[]> {
  const ids: string[] = [];
  const started = performance.now();
  const left = () => seconds * 1000 - (performance.now() - started);
  await Promise.all(
    Array.from({ length: users }, async (_, user) => {
      await sleep((user / users) * seconds * 1000);
      while (left() > 0) await iterate(caller, tally, ids);
    }),
  );
  return ids;
}

async function iterate(caller: Caller, tally: Tally, ids: string[]): Promise<void> {
  const n = ids.length;
  const type = TYPES[n % TYPES.length];
  const body = JSON.stringify({ to: `user${n}@example.com`, message: `Hello ${n}`, type });
  const created = await caller.call('POST', '/v1/requests', body);
  tally.duration('create', created.took);
  const id = memberOf(created.body, 'id');
  tally.check('create is 201 with an id', created.status === 201 && id !== '', `${created.status} ${created.body}`);
  if (id === '') return;

  const processed = await caller.call('POST', `/v1/requests/${id}/process`);
  tally.duration('process', processed.took);
  const taken = processed.status === 200 || processed.status === 202;
  tally.check('process is 200 or 202', taken, `${processed.status} ${processed.body}`);
  if (taken) ids.push(id);
  await sleep(BEFORE_GET_MS);

  const shown = await caller.call('GET', `/v1/requests/${id}`);
  tally.duration('get', shown.took);
  const known = memberOf(shown.body, 'id') === id && STATUSES.includes(memberOf(shown.body, 'status'));
  tally.check('get is 200 with a status', shown.status === 200 && known, `${shown.status} ${shown.body}`);
  await sleep(BEFORE_NEXT_MS);
}

export function memberOf(body: string, name: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    const value = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
