import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../gateway/durable-file.ts';
import type { AwsRequest, AwsResponse } from '../gateway/types.ts';
import { REQUEST_CHUNK_BYTES } from './prices.ts';
import { emptyTally, type Tally } from './tally.ts';

/** Calls that name no campaign, such as ReceiveMessage, belong to the one that was named less than this long ago. */
const BELONGS_MS = 2_000;
/** Only so many campaigns can be named by a call; older ones are over. */
const MOST_ACTIVE = 8;
const SAVE_EVERY_MS = 2_000;
const CAMPAIGN_PATH = /\/campaigns(?:\/|%2F)([^/%]+)/;

interface Stored {
  all: Tally;
  batches: Record<string, Tally>;
}

/** Counts what is used, as a whole and by campaign, and remembers it in one small file. */
export class Meter {
  readonly #file: string;
  readonly #now: () => number;
  readonly #all: Tally;
  readonly #batches: Map<string, Tally>;
  readonly #saving: NodeJS.Timeout;
  #active: string[] = [];
  #lastNamed = { batchId: '', at: 0 };
  #changed = false;

  constructor(folder: string, now: () => number) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'usage.json');
    this.#now = now;
    const stored: Stored = existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Stored)
      : { all: emptyTally(), batches: {} };
    this.#all = { ...emptyTally(), ...stored.all };
    this.#batches = new Map(Object.entries(stored.batches));
    this.#active = [...this.#batches.keys()].slice(-MOST_ACTIVE);
    this.#saving = setInterval(() => this.#save(), SAVE_EVERY_MS).unref();
  }

  /** Counts one call of an AWS API. */
  call(request: AwsRequest, response: Pick<AwsResponse, 'status' | 'units'>): void {
    const name = `${request.service}.${request.operation}`;
    const { status, units } = response;
    this.#count(this.#batchOf(request), (tally) => {
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

  /** Counts one run of a function; `batchId` where it is known. */
  invocation(memoryMb: number, durationMs: number, batchId?: string): void {
    this.#count(batchId ?? this.#recent(), (tally) => {
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

  /** What was used by one campaign, or by all. */
  tally(batchId?: string): Tally {
    return batchId === undefined ? this.#all : (this.#batches.get(batchId) ?? emptyTally());
  }

  close(): void {
    clearInterval(this.#saving);
    this.#save();
  }

  #count(batchId: string | undefined, add: (tally: Tally) => void): void {
    this.#changed = true;
    add(this.#all);
    const tally = batchId === undefined ? undefined : this.#batches.get(batchId);
    if (tally) add(tally);
  }

  /** The campaign that a call names, or the one that it most likely works for. */
  #batchOf(request: AwsRequest): string | undefined {
    this.#learn(request);
    const named = this.#active.find((batchId) => request.body.includes(batchId) || request.path.includes(batchId));
    if (named === undefined) return this.#recent();
    this.#lastNamed = { batchId: named, at: this.#now() };
    return named;
  }

  #recent(): string | undefined {
    return this.#now() - this.#lastNamed.at < BELONGS_MS ? this.#lastNamed.batchId : undefined;
  }

  /** A campaign is first heard of by the objects of its upload. */
  #learn({ service, method, path }: AwsRequest): void {
    if (service !== 's3' || method !== 'PUT') return;
    const batchId = CAMPAIGN_PATH.exec(path)?.[1];
    if (batchId === undefined || this.#batches.has(batchId)) return;
    this.#batches.set(batchId, emptyTally());
    this.#active = [...this.#active, batchId].slice(-MOST_ACTIVE);
  }

  #save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    replaceFile(this.#file, JSON.stringify({ all: this.#all, batches: Object.fromEntries(this.#batches) }));
  }
}
