import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AwsRequest, AwsResponse } from '../gateway/types.ts';
import { isObject } from '../json.ts';
import { readJsonFile, replaceFileAside } from '../storage/durable-file.ts';
import { isOutOfFiles } from '../storage/failure.ts';
import { REQUEST_CHUNK_BYTES } from './prices.ts';
import { emptyTally, type Tally } from './tally.ts';

/** Calls that name no group, such as ReceiveMessage, belong to the group that was named less than this long ago. */
const BELONGS_MS = 2_000;
/** Calls are searched for the names of this many groups, the newest ones. */
const MAX_ACTIVE_GROUPS = 8;
const SAVE_EVERY_MS = 2_000;

interface Stored {
  all: Tally;
  groups: Record<string, Tally>;
}

/**
 * Splits the usage into groups, such as the jobs of a product. A call belongs to the group whose id its path or body contains; the
 * transitions of a group are those of the executions that are named by it.
 */
export interface UsageGroups {
  /** Query parameter of `GET /_local/usage` that selects a group. */
  readonly parameter: string;
  /** The id of a group that this call begins. */
  startedBy(request: AwsRequest): string | undefined;
}

/** Counts the usage, in total and by group, and keeps the counts in a file. */
export class Meter {
  readonly #file: string;
  readonly #now: () => number;
  readonly #startedBy: (request: AwsRequest) => string | undefined;
  readonly #all: Tally;
  readonly #groups: Map<string, Tally>;
  readonly #timer: NodeJS.Timeout;
  #saved: Promise<void> = Promise.resolve();
  #active: string[] = [];
  #lastNamed = { group: '', at: 0 };
  #changed = false;

  constructor(folder: string, now: () => number, groups?: UsageGroups) {
    this.#startedBy = (request) => groups?.startedBy(request);
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'usage.json');
    this.#now = now;
    const stored = readJsonFile({ path: this.#file, holds: 'the usage so far' }, isStored) ?? {
      all: emptyTally(),
      groups: {},
    };
    this.#all = { ...emptyTally(), ...stored.all };
    this.#groups = new Map(Object.entries(stored.groups));
    this.#active = [...this.#groups.keys()].slice(-MAX_ACTIVE_GROUPS);
    this.#timer = setInterval(() => this.#saveNext(), SAVE_EVERY_MS).unref();
  }

  /** Counts one call of an AWS API. */
  call(request: AwsRequest, response: Pick<AwsResponse, 'status' | 'units'>): void {
    const name = `${request.service}.${request.operation}`;
    const { status, units } = response;
    this.#count(this.#groupOf(request), (tally) => {
      tally.calls[name] = (tally.calls[name] ?? 0) + 1;
      if (status === 429) tally.throttled++;
      if (units) {
        tally.readUnits += units.read;
        tally.writeUnits += units.write;
      }
      if (status >= 300) return;
      if (request.service === 'sqs')
        tally.sqsRequests += Math.max(1, Math.ceil(request.body.length / REQUEST_CHUNK_BYTES));
      else if (name === 'ses.SendEmail') tally.messagesSent++;
      else if (name === 'events.PutEvents') tally.events++;
    });
  }

  /** Counts one run of a function. */
  invocation(memoryMb: number, durationMs: number): void {
    this.#count(this.#recent(), (tally) => {
      tally.lambdaRequests++;
      // Lambda bills by the millisecond, begun ones too.
      tally.lambdaGbSeconds += ((memoryMb / 1024) * Math.ceil(durationMs)) / 1000;
    });
  }

  /** Counts one request of the HTTP API. */
  httpRequest(): void {
    this.#count(undefined, (tally) => {
      tally.httpRequests++;
    });
  }

  /** The usage of one group, or of all. */
  tally(group?: string): Tally {
    return group === undefined ? this.#all : (this.#groups.get(group) ?? emptyTally());
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saveNext();
  }

  /** Saves one after another, so that a file is never replaced by an older one. */
  #saveNext(): Promise<void> {
    this.#saved = this.#saved.then(() => this.#save());
    return this.#saved;
  }

  #count(group: string | undefined, add: (tally: Tally) => void): void {
    this.#changed = true;
    add(this.#all);
    const tally = group === undefined ? undefined : this.#groups.get(group);
    if (tally) add(tally);
  }

  /** The group that a call names, or the one that it most likely works for. */
  #groupOf(request: AwsRequest): string | undefined {
    this.#learn(request);
    const named = this.#active.find((group) => request.body.includes(group) || request.path.includes(group));
    if (named === undefined) return this.#recent();
    this.#lastNamed = { group: named, at: this.#now() };
    return named;
  }

  #recent(): string | undefined {
    return this.#now() - this.#lastNamed.at < BELONGS_MS ? this.#lastNamed.group : undefined;
  }

  #learn(request: AwsRequest): void {
    const group = this.#startedBy(request);
    if (group === undefined || this.#groups.has(group)) return;
    this.#groups.set(group, emptyTally());
    this.#active = [...this.#active, group].slice(-MAX_ACTIVE_GROUPS);
  }

  /** Does not block the thread of the gateway: a rename over a file takes some disks 30 ms. */
  async #save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    try {
      await replaceFileAside(this.#file, JSON.stringify({ all: this.#all, groups: Object.fromEntries(this.#groups) }));
    } catch (error) {
      // It is saved the next time.
      this.#changed = true;
      if (!isOutOfFiles(error)) throw error;
    }
  }
}

const isStored = (value: unknown): value is Stored =>
  isObject(value) && isObject(value.all) && isObject(value.groups) && Object.values(value.groups).every(isObject);
