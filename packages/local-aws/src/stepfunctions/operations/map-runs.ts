import type { JsonObject } from '../../json.ts';
import type { Engine } from '../engine.ts';
import { validationError } from '../errors.ts';
import { executionArn } from '../execution/load.ts';
import { type Counts, totalOf } from '../map-run/counts.ts';
import type { Limits } from '../map-run/plan.ts';
import type { MapRunRow } from '../state/map-runs.ts';
import { type FoundMapRun, findExecution, findMapRun, planOf } from './lookup.ts';
import { optionalInteger, pagePlace, pageSize, pageToken, requiredString, seconds } from './params.ts';

export function listMapRuns(engine: Engine, params: JsonObject): JsonObject {
  const arn = requiredString(params, 'executionArn');
  const { row } = findExecution(engine, arn);
  const limit = pageSize(params);
  const before = pagePlace(params, arn)?.map(Number)[0] ?? Number.MAX_SAFE_INTEGER;
  const rows = engine.mapRunStore.of(row.id, before, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    mapRuns: page.map((run) => {
      const { label } = planOf(run);
      return {
        executionArn: arn,
        mapRunArn: engine.arns.mapRun(row.machine, label, run.uuid),
        stateMachineArn: engine.arns.machine(`${row.machine}/${label}`),
        startDate: seconds(run.started),
        ...(run.stopped !== undefined && { stopDate: seconds(run.stopped) }),
      };
    }),
    ...(last && rows.length > limit && { nextToken: pageToken(arn, [last.id]) }),
  };
}

/** Recorded on AWS: resultsWritten counts each child that ended, also failed ones, and also without a ResultWriter. */
function shownCounts(counts: Counts, run: MapRunRow): JsonObject {
  const isWritten = run.error !== 'States.ResultWriterFailed';
  return {
    ...counts,
    total: totalOf(counts),
    resultsWritten: isWritten ? counts.succeeded + counts.failed + counts.timedOut + counts.aborted : 0,
    failuresNotRedrivable: 0,
  };
}

function described(engine: Engine, arn: string, { run, parent }: FoundMapRun): JsonObject {
  const counts = engine.mapRuns.live.get(run.id)?.counts ?? engine.mapRunStore.counts(run.id);
  return {
    mapRunArn: arn,
    executionArn: executionArn(engine.arns, parent.row, parent.label),
    status: run.status,
    startDate: seconds(run.started),
    ...(run.stopped !== undefined && { stopDate: seconds(run.stopped) }),
    maxConcurrency: run.maxConcurrency,
    toleratedFailurePercentage: run.toleratedPercentage ?? 0,
    toleratedFailureCount: run.toleratedCount ?? 0,
    itemCounts: shownCounts(counts.items, run),
    executionCounts: shownCounts(counts.executions, run),
    redriveCount: run.redrives,
    ...(run.redriven !== undefined && { redriveDate: seconds(run.redriven) }),
  };
}

export function describeMapRun(engine: Engine, params: JsonObject): JsonObject {
  const arn = requiredString(params, 'mapRunArn', 2000);
  return described(engine, arn, findMapRun(engine, arn));
}

/** Changes the limits of a running Map Run, with immediate effect. */
export async function updateMapRun(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const { run } = findMapRun(engine, requiredString(params, 'mapRunArn', 2000));
  const percentage = params.toleratedFailurePercentage;
  if (percentage !== undefined && (typeof percentage !== 'number' || percentage < 0 || percentage > 100)) {
    throw validationError('toleratedFailurePercentage must be a number between 0 and 100');
  }
  const concurrency = optionalInteger(params, 'maxConcurrency', 0, Number.MAX_SAFE_INTEGER);
  const count = optionalInteger(params, 'toleratedFailureCount', 0, Number.MAX_SAFE_INTEGER);
  const limits: Partial<Limits> = {
    ...(concurrency !== undefined && { maxConcurrency: concurrency }),
    ...(count !== undefined && { toleratedCount: count }),
    ...(percentage !== undefined && { toleratedPercentage: percentage }),
  };
  const live = engine.mapRuns.live.get(run.id);
  if (live === undefined) throw validationError(`The Map Run is ${run.status} and cannot be updated`);
  live.update(limits);
  await engine.commits.committed();
  return {};
}
