import { appendFileSync, createReadStream, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '../../json.ts';
import { isOutOfFiles } from '../../storage/failure.ts';
import type { Arns } from '../arns.ts';
import type { WriterConfig } from '../asl/types.ts';
import { StateFailed } from '../errors.ts';
import type { ExecutionStatus } from '../execution/execution.ts';
import { executionArn } from '../execution/load.ts';
import { redriveStatus } from '../execution/redrive-status.ts';
import type { ExecutionRow } from '../state/executions.ts';
import type { MapRunStore } from '../state/map-runs.ts';
import type { AwsHttp } from '../tasks/http.ts';
import { TransientError, withRetries } from '../tasks/retry.ts';
import { s3Path } from './reader.ts';

/** The statuses of the children in each result file. */
const GROUPS: readonly (readonly [name: string, statuses: readonly ExecutionStatus[]])[] = [
  ['FAILED', ['FAILED', 'TIMED_OUT', 'ABORTED']],
  ['PENDING', ['PENDING', 'PENDING_REDRIVE']],
  ['SUCCEEDED', ['SUCCEEDED']],
];
const PAGE = 200;

export interface ResultsOf {
  run: number;
  uuid: string;
  mapRunArn: string;
  label: string;
  /** The number of the redrive; 0 before the first one. */
  round: number;
  bucket: string;
  prefix: string;
  roleArn: string;
  /** A Map Run that an earlier version started has none. */
  config?: WriterConfig;
}

const WHOLE: WriterConfig = { transformation: 'NONE', outputType: 'JSON' };

const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());

function entry(row: ExecutionRow, arns: Arns, label: string): string {
  const { status, reason } = redriveStatus(row.status, {
    isChild: true,
    type: row.type,
    stopped: row.stopped,
    now: row.stopped ?? 0,
    events: row.events,
  });
  const details = { Included: true };
  return JSON.stringify({
    ...(row.error !== undefined && { Error: row.error }),
    ...(row.cause !== undefined && { Cause: row.cause }),
    ExecutionArn: executionArn(arns, row, label),
    Input: row.input,
    InputDetails: details,
    Name: row.name,
    ...(row.output !== undefined && { Output: row.output, OutputDetails: details }),
    RedriveCount: row.redrives,
    RedriveStatus: status,
    ...(reason !== undefined && { RedriveStatusReason: reason }),
    StartDate: iso(row.started),
    StateMachineArn: arns.machine(`${row.machine}/${label}`),
    Status: row.status,
    StopDate: iso(row.stopped),
  });
}

/** The texts that a child adds to its file. Children that did not succeed are written whole, whatever the transformation. */
function texts(row: ExecutionRow, arns: Arns, label: string, { transformation }: WriterConfig): string[] {
  if (transformation === 'NONE' || row.status !== 'SUCCEEDED') return [entry(row, arns, label)];
  const output: unknown = JSON.parse(row.output ?? 'null');
  const isFlat = transformation === 'COMPACT' || !Array.isArray(output);
  return isFlat ? [JSON.stringify(output)] : output.map((value) => JSON.stringify(value));
}

/** Writes the results of a Map Run to S3: a file per group of statuses, and a manifest. */
export class ResultWriter {
  readonly #http: AwsHttp;
  readonly #store: MapRunStore;
  readonly #arns: Arns;
  readonly #scratch: string;

  constructor(http: AwsHttp, store: MapRunStore, arns: Arns, dataDir: string) {
    this.#http = http;
    this.#store = store;
    this.#arns = arns;
    this.#scratch = join(dataDir, 'results');
  }

  /** Returns the key of the manifest. @throws StateFailed */
  async write(results: ResultsOf): Promise<string> {
    const { bucket, uuid, round, mapRunArn } = results;
    const folder = [results.prefix, uuid, ...(round > 0 ? [`Redrive-${round}`] : [])]
      .filter((part) => part !== '')
      .join('/');
    const files: JsonObject = {};
    const extension = (results.config ?? WHOLE).outputType.toLowerCase();
    for (const [name, statuses] of GROUPS) {
      const key = `${folder}/${name}_0.${extension}`;
      const { path, count } = await withRetries(() => this.#gather(results, statuses), isOutOfFiles);
      const size = statSync(path).size;
      if (count > 0) await this.#put(bucket, key, results.roleArn, () => createReadStream(path), size);
      files[name] = count > 0 ? [{ Key: key, Size: size }] : [];
      rmSync(path);
    }
    const key = `${folder}/manifest.json`;
    const manifest = JSON.stringify({ DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: files });
    await this.#put(bucket, key, results.roleArn, () => manifest, Buffer.byteLength(manifest));
    return key;
  }

  /** Collects a group in a file on disk, so that 100,000 results are not in memory at once. */
  async #gather(results: ResultsOf, statuses: readonly ExecutionStatus[]): Promise<{ path: string; count: number }> {
    mkdirSync(this.#scratch, { recursive: true });
    const path = join(this.#scratch, `${results.uuid}.json`);
    const config = results.config ?? WHOLE;
    const [start, separator, end] = config.outputType === 'JSON' ? ['[', ',', ']'] : ['', '\n', '\n'];
    writeFileSync(path, start);
    let count = 0;
    for (const status of statuses) {
      let after = 0;
      for (;;) {
        const rows = this.#store.children(results.run, status, after, PAGE);
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last.id;
        const own = rows.filter((row) => row.round === results.round || status.startsWith('PENDING'));
        const written = own.flatMap((row) => texts(row, this.#arns, results.label, config));
        if (written.length > 0) appendFileSync(path, `${count > 0 ? separator : ''}${written.join(separator)}`);
        count += written.length;
        await nextTurn();
      }
    }
    appendFileSync(path, end);
    return { path, count };
  }

  async #put(bucket: string, key: string, roleArn: string, body: () => string | Readable, size: number): Promise<void> {
    const headers = { 'content-type': 'application/json', 'content-length': size };
    const path = s3Path(bucket, key);
    const put = async () => {
      const answer = await this.#http.call({ service: 's3', method: 'PUT', path, headers, body: body(), roleArn });
      if (answer.status === 200) return;
      const message = /<Message>([^<]*)<\/Message>/.exec(answer.body.toString())?.[1] ?? `status ${answer.status}`;
      if (answer.status >= 500) throw new TransientError(message);
      throw new StateFailed({ error: 'States.ResultWriterFailed', cause: message });
    };
    try {
      // A retry puts the same object again.
      await withRetries(put, (error) => !(error instanceof StateFailed));
    } catch (error) {
      if (error instanceof StateFailed) throw error;
      throw new StateFailed({ error: 'States.ResultWriterFailed', cause: (error as Error).message });
    }
  }
}
