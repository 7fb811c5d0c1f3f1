import type { JsonObject } from '../../json.ts';
import type { Engine } from '../engine.ts';
import { optionalString } from './params.ts';

/** The usage of all executions, or of those named `name` with their children. */
export async function localUsage(engine: Engine, params: JsonObject): Promise<JsonObject> {
  return { ...(await engine.usage(optionalString(params, 'name'))) };
}
