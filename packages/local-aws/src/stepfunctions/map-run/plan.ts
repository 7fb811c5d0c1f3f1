import { isObject, type JsonObject } from '../../json.ts';
import type { DistributedMap, MapState, WriterConfig } from '../asl/types.ts';
import { EvaluationError } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import type { Thread } from '../execution/thread.ts';
import type { Bindings } from '../jsonata/expression.ts';
import type { Template } from '../jsonata/template.ts';
import { integerField, numberField } from '../state-types/typed.ts';
import type { BatchLimits } from './batches.ts';
import type { S3File } from './reader.ts';

/** The evaluated fields of a distributed Map. They do not change during the Map Run. */
export interface Plan {
  /** The label in the ARNs of the children. */
  label: string;
  /** The block that the children run. */
  block: string;
  file?: S3File;
  maxItems?: number;
  batch?: BatchLimits;
  writer?: { bucket: string; prefix: string; config?: WriterConfig };
}

/** The limits that UpdateMapRun can change. */
export interface Limits {
  maxConcurrency: number;
  toleratedCount: number | undefined;
  toleratedPercentage: number | undefined;
}

function stringMember(object: JsonObject, member: string, template: Template): string {
  const value = object[member];
  if (typeof value === 'string' && value !== '') return value;
  throw new EvaluationError(`The field '${template.field}/${member}' must be a string`, `${template.field}/${member}`);
}

/** Evaluates the fields of a distributed Map for its reader, batches, results and limits. @throws EvaluationError */
export async function evaluatePlan(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: MapState,
  map: DistributedMap,
): Promise<{ plan: Plan; limits: Limits }> {
  const bindings = bindingsOf(execution, thread);
  const count = async (template: Template | undefined, least: number): Promise<number | undefined> =>
    template && (await integerField(it, execution, thread, template, bindings, least, Number.MAX_SAFE_INTEGER));
  const object = async (template: Template): Promise<JsonObject> => {
    const { value } = await it.evaluate(execution, thread, template, bindings);
    return isObject(value) ? value : {};
  };
  const plan: Plan = { label: map.label, block: state.processor.key };
  if (map.reader) {
    const given = await object(map.reader.arguments);
    const { arguments: template } = map.reader;
    plan.file = { bucket: stringMember(given, 'Bucket', template), key: stringMember(given, 'Key', template) };
    if (typeof given.VersionId === 'string') plan.file.versionId = given.VersionId;
    const maxItems = await count(map.reader.maxItems, 0);
    // 0 means no limit.
    if (maxItems !== undefined && maxItems > 0) plan.maxItems = maxItems;
  }
  if (map.batcher) plan.batch = await batchLimits(it, execution, thread, map, bindings);
  if (map.writer) {
    const given = await object(map.writer.arguments);
    const prefix = typeof given.Prefix === 'string' ? given.Prefix.replace(/\/+$/, '') : '';
    plan.writer = { bucket: stringMember(given, 'Bucket', map.writer.arguments), prefix, config: map.writer.config };
  }
  const percentage = map.toleratedPercentage && {
    toleratedPercentage: await numberField(it, execution, thread, map.toleratedPercentage, bindings, {
      least: 0,
      most: 100,
      isWhole: false,
    }),
  };
  const limits = {
    maxConcurrency: (await count(state.maxConcurrency, 0)) ?? 0,
    toleratedCount: await count(map.toleratedCount, 0),
    toleratedPercentage: percentage?.toleratedPercentage,
  };
  return { plan, limits };
}

async function batchLimits(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  { batcher }: DistributedMap,
  bindings: Bindings,
): Promise<BatchLimits> {
  const limits: BatchLimits = {};
  const whole = (template: Template) =>
    integerField(it, execution, thread, template, bindings, 1, Number.MAX_SAFE_INTEGER);
  if (batcher?.maxItems) limits.maxItems = await whole(batcher.maxItems);
  if (batcher?.maxBytes) limits.maxBytes = await whole(batcher.maxBytes);
  if (batcher?.batchInput) limits.input = (await it.evaluate(execution, thread, batcher.batchInput, bindings)).text;
  return limits;
}
