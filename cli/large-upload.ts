import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { basename } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem, type UploadLink, type UploadState, type UploadView } from './client.ts';
import { isTemporary } from './follow.ts';
import { stepLine } from './progress.ts';
import type { Screen } from './screen.ts';
import type { SendCampaign } from './send-campaign.ts';

/** What POST /upload takes. */
const MAX_FORM_BYTES = 4 * 1024 * 1024;
/** The file is sent again from its beginning after a connection broke. */
const MAX_TRIES = 3;
const PAUSE_MS = 1_000;
/** Failed polls in a row before giving up. The ingest goes on without being watched. */
const MAX_FAILURES = 10;
/** Steps of the text for an output that is not a terminal. */
const PLAIN_PERCENT = 25;

export const isLarge = (file: string): boolean => statSync(file).size > MAX_FORM_BYTES;

/** Sends a file to S3 and shows how far it is until it has become a campaign. Throws ApiProblem when it cannot. */
export async function uploadLarge(upload: SendCampaign): Promise<UploadView> {
  const { client, file, options, screen, signal } = upload;
  const { size } = statSync(file);
  const sha256 = await digestOf(file, signal);
  const link = await client.createUpload({ size, fileName: basename(file), sha256 }, options);
  await putFile(upload, link, size);
  const { batchId = '', duplicate = false } = await ingested(upload, link);
  screen.clear();
  const { total, enqueued, skipped, warnings = [] } = await client.campaign(batchId);
  return { batchId, total, enqueued, skipped, duplicate, skippedRows: [], warnings };
}

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}

async function putFile({ file, screen, signal }: SendCampaign, link: UploadLink, size: number): Promise<void> {
  const show = step(screen, (bytes) => `${megabytes(bytes)} of ${megabytes(size)} MB sent`);
  for (let tried = 1; ; tried += 1) {
    try {
      return await putOnce(file, link, size, signal, (bytes) => show(bytes / size, bytes));
    } catch (error) {
      if (error instanceof ApiProblem || signal.aborted || tried === MAX_TRIES) throw error;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }
}

/** One PUT. `fetch` would not tell how much of the body is sent. */
async function putOnce(
  file: string,
  { url, headers }: UploadLink,
  size: number,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const sending = send(url, { method: 'PUT', headers: { ...headers, 'content-length': size }, signal });
  const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
    sending.on('error', reject);
    sending.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
  let sent = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      onSent(sent);
      done(null, chunk);
    },
  });
  // S3 may answer before the end, and close the connection: then the answer counts.
  const [, answer] = await Promise.all([
    pipeline(createReadStream(file), counted, sending).catch((error: unknown) =>
      answered.catch(() => Promise.reject(error)),
    ),
    answered,
  ]);
  if (answer.status === 200) return;
  if (answer.status >= 500) throw new Error(`S3 answered ${answer.status}`);
  throw new ApiProblem(
    answer.status,
    `S3 refused the file: ${/<Message>([^<]*)/.exec(answer.text)?.[1] ?? answer.status}`,
  );
}

async function ingested({ client, screen, signal }: SendCampaign, { uploadId }: UploadLink): Promise<UploadState> {
  const show = step(screen, (rows) => `${rows} rows read`);
  for (let failures = 0; ; ) {
    const state = await client.uploadState(uploadId).catch((error: unknown) => {
      failures += 1;
      if (failures > MAX_FAILURES || !isTemporary(error)) throw error;
      return undefined;
    });
    if (state) {
      failures = 0;
      show(state.progress, state.rows);
      if (state.status === 'DONE') return state;
      if (state.status === 'FAILED') {
        screen.clear();
        throw new ApiProblem(400, state.reason ?? 'The file could not be processed.');
      }
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** Shows a step: a bar on a terminal, else a line for each quarter. */
function step(screen: Screen, text: (count: number) => string): (part: number, count: number) => void {
  let shown = 0;
  return (part, count) => {
    screen.draw(stepLine(part, text(count), screen.columns));
    const percent = Math.floor((part * 100) / PLAIN_PERCENT) * PLAIN_PERCENT;
    if (screen.live || percent <= shown) return;
    shown = percent;
    screen.print(`${percent} %  ${text(count)}`);
  };
}

const megabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);
