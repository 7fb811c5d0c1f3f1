import type { CampaignView } from '../../cli/client.ts';
import type { Outputs } from '../../dev/outputs.ts';
import { seeded } from '../../dev/seeded.ts';
import { type Audit, audit } from './audit.ts';
import { driveToEnd, upload } from './campaign.ts';
import { quiet, redeliverSoon } from './queue.ts';
import { chaosCsv } from './rows.ts';
import { aborted, timeLimit } from './time-limit.ts';
import { Victim } from './victim.ts';
import { between, CALM, nextWeather, type Weather } from './weather.ts';

export interface ChaosOptions {
  kills: number;
  rows: number;
  seed: number;
  /** Emails per second. */
  rate: number;
  dataDir: string;
  /** Gives up after so many seconds. */
  deadline: number;
  say(text: string): void;
}

export interface ChaosResult extends Audit {
  rows: number;
  kills: number;
  /** Kills of a stack that had sent emails since it started. */
  killsAtWork: number;
  /** Redrives of the campaign. */
  redrives: number;
  seconds: number;
  /** The campaign's last status, or `DEADLINE` when it did not end. */
  end: string;
}

/** The time between two kills. */
const UP_MS = { least: 400, most: 6_000 };
/** The chance that a life waits for the first email before its time begins, so that most kills happen while emails are sent. */
const AT_WORK_CHANCE = 0.7;
/** A kill takes every message in flight with it. They come back within `REDELIVERY_SECONDS`, and on a busy machine emails leave later. */
const AT_WORK_LIMIT_MS = 30_000;
/** The chance that a stack is killed while it boots, and the longest time until then. */
const BOOT_KILL = { chance: 0.15, mostMs: 2_500 };
/** The part of the time between two kills in which faults are in force. */
const STORM_PART = 0.6;
/** The execution stops waiting for a message after this time, which is longer than the visibility timeout of 60 s in the template. */
const SEND_TIMEOUT_SECONDS = 150;
/** A fault is set within this time, or the stack was killed. */
const CALL_LIMIT_MS = 8_000;

/** Runs a campaign on a stack that is killed and restarted, while faults come and go. Redrives it until it ends, and audits the result. */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const end = new AbortController();
  try {
    return await killAndAudit(options, timeLimit(options.deadline * 1000, end.signal));
  } finally {
    // The timer of the deadline would keep the process running.
    end.abort();
  }
}

async function killAndAudit(options: ChaosOptions, deadline: AbortSignal): Promise<ChaosResult> {
  const { dataDir, rate, say } = options;
  const started = performance.now();
  const random = seeded(options.seed);
  const csv = chaosCsv(options.rows, options.seed);
  const stackOptions = ['--rate', String(rate), '--parameter', `SendTimeoutSeconds=${SEND_TIMEOUT_SECONDS}`];
  let batchId: string | undefined;
  let last: CampaignView | undefined;
  let killsAtWork = 0;
  const note = (campaign: CampaignView) => {
    checkSum(campaign);
    last = campaign;
  };

  for (let kill = 1; kill <= options.kills && !deadline.aborted; kill += 1) {
    const victim = new Victim(dataDir, stackOptions);
    const moved = hasMoved();
    let wasAtWork = false;
    const seen = (campaign: CampaignView) => {
      note(campaign);
      wasAtWork = moved(campaign);
    };
    try {
      const life = planLife(random);
      if (life.bootKillMs !== undefined) {
        await victim.ready(timeLimit(life.bootKillMs, deadline));
      } else {
        const outputs = await victim.ready(deadline);
        if (outputs) {
          await redeliverSoon(outputs, deadline);
          // The first life may be killed during the upload, the others while they send.
          if (kill > 1) batchId ??= await upload(outputs, csv, deadline);
          if (batchId && life.atWork) {
            const limit = timeLimit(AT_WORK_LIMIT_MS, deadline);
            await driveToEnd(outputs, batchId, { signal: limit, seen, until: () => wasAtWork });
          }
          const over = timeLimit(life.upMs, deadline);
          void storm(outputs, life, over);
          batchId ??= await upload(outputs, csv, over);
          if (batchId) await driveToEnd(outputs, batchId, { signal: over, seen });
          await aborted(over);
        }
      }
      say(
        `kill ${String(kill).padStart(3)} of ${options.kills}, ${
          life.bootKillMs === undefined ? `${(life.upMs / 1000).toFixed(1)} s of work` : 'booting'
        }, ${life.weather.name}: ${progress(last)}`,
      );
      if (!victim.alive) throw new Error(`The stack ended by itself:\n${victim.output}`);
      killsAtWork += wasAtWork ? 1 : 0;
    } finally {
      await victim.kill();
    }
  }

  const survivor = new Victim(dataDir, stackOptions);
  try {
    const outputs = await survivor.ready(deadline);
    if (!outputs) throw new Error('The stack did not start before the deadline');
    await redeliverSoon(outputs, deadline);
    batchId ??= await upload(outputs, csv, deadline);
    if (!batchId) throw new Error('The file could not be uploaded before the deadline');
    say('no more kills and faults; the campaign is redriven until it ends');
    const ended = await driveToEnd(outputs, batchId, { signal: deadline, seen: note });
    await quiet(outputs, deadline);
    return {
      ...(await audit(outputs, { batchId, rows: options.rows, kills: options.kills, rate })),
      rows: options.rows,
      kills: options.kills,
      killsAtWork,
      redrives: last?.redriveCount ?? 0,
      seconds: Math.round((performance.now() - started) / 1000),
      end: ended ? String(last?.status) : 'DEADLINE',
    };
  } finally {
    await survivor.kill();
  }
}

interface Life {
  /** The time until the kill: from when the stack is ready or, with `atWork`, from the first email that it sends. */
  upMs: number;
  atWork: boolean;
  bootKillMs?: number;
  weather: Weather;
  /** The time from when the stack is ready until the faults begin. */
  stormFromMs: number;
}

/** Draws the same number of random values for every life, so that the same seed always gives the same plan. */
function planLife(random: () => number): Life {
  const upMs = Math.round(between(random, UP_MS.least, UP_MS.most));
  const bootKill = random() < BOOT_KILL.chance;
  const bootKillMs = Math.round(between(random, 100, BOOT_KILL.mostMs));
  const atWork = random() < AT_WORK_CHANCE;
  const weather = nextWeather(random);
  const stormFromMs = Math.round(between(random, 0, upMs * (1 - STORM_PART)));
  return { upMs, atWork, weather, stormFromMs, ...(bootKill && { bootKillMs }) };
}

/** Turns faults on for a while and off again, unless the kill comes first. */
async function storm(outputs: Outputs, { weather, stormFromMs, upMs }: Life, over: AbortSignal): Promise<void> {
  await aborted(timeLimit(stormFromMs, over));
  if (!over.aborted) await setFaults(outputs, weather);
  await aborted(timeLimit(Math.round(upMs * STORM_PART), over));
  if (!over.aborted) await setFaults(outputs, CALM);
}

async function setFaults({ awsEndpoint }: Outputs, { faults }: Weather): Promise<void> {
  const body = JSON.stringify(faults);
  const signal = AbortSignal.timeout(CALL_LIMIT_MS);
  const response = await fetch(`${awsEndpoint}/_local/faults`, { method: 'PUT', body, signal }).catch(() => undefined);
  // Without an answer the stack was just killed.
  if (response && !response.ok) throw new Error(`The faults were refused: ${await response.text()}`);
}

/** Throws when the counts do not add up, at any time. */
function checkSum({ counts, enqueued, status }: CampaignView): void {
  const { PENDING, QUEUED, SENT, ERROR } = counts;
  if (PENDING + QUEUED + SENT + ERROR !== enqueued) {
    throw new Error(`The counts do not add up to ${enqueued}: ${JSON.stringify(counts)}`);
  }
  if (status === 'SUCCEEDED' && PENDING + QUEUED > 0) throw new Error(`SUCCEEDED with ${JSON.stringify(counts)}`);
}

/** Whether more is sent than at the first poll of this life. The life before may have sent some after its own last poll. */
export function hasMoved(): (campaign: CampaignView) => boolean {
  let first: number | undefined;
  return ({ counts }) => {
    first ??= counts.SENT;
    return counts.SENT > first;
  };
}

const progress = (campaign: CampaignView | undefined): string =>
  campaign ? `${campaign.status}, ${campaign.counts.SENT} of ${campaign.enqueued} sent` : 'not yet uploaded';
