import type { JsonObject } from '../../json.ts';
import type { Engine } from '../engine.ts';
import { optionalString } from './params.ts';

/** What was used by all executions, or by those of `name` with their children. */
export async function localUsage(engine: Engine, params: JsonObject): Promise<JsonObject> {
  return { ...(await engine.usage(optionalString(params, 'name'))) };
}
