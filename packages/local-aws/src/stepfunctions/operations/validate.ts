import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Problem } from '../asl/types.ts';
import { enumerated, optionalInteger } from './params.ts';

/** The maximum number of diagnostics. */
const MAX_DIAGNOSTICS = 100;

interface AslError {
  path?: string;
  message?: string;
  instancePath?: string;
}

/** The findings of asl-validator. They are warnings only, because it refuses some definitions that AWS accepts. */
async function warnings(raw: Json): Promise<Problem[]> {
  // It is loaded on demand, because it compiles its schemas then, which takes too long for the start of the engine.
  const module = (await import('asl-validator')) as { default?: unknown };
  const validate = (
    typeof module.default === 'function' ? module.default : (module.default as { default: unknown }).default
  ) as (definition: Json) => { errors: Record<string, unknown>[] };
  return validate(raw).errors.map((error) => {
    const schema = (error['Schema errors'] ?? []) as AslError[];
    const first = schema[0];
    const code = String(error['Error code'] ?? 'SCHEMA_VALIDATION_FAILED');
    const message = String(error.Message ?? first?.message ?? code);
    return { code, location: first?.instancePath ?? first?.path ?? '/', message };
  });
}

/** The response of ValidateStateMachineDefinition. */
export async function asValidated(
  raw: Json | undefined,
  problems: readonly Problem[],
  params: JsonObject,
): Promise<JsonObject> {
  const severity = enumerated(params, 'severity', ['ERROR', 'WARNING']) ?? 'ERROR';
  const limit = optionalInteger(params, 'maxResults', 0, MAX_DIAGNOSTICS) || MAX_DIAGNOSTICS;
  const errors = problems.map((problem) => ({ severity: 'ERROR', ...problem }));
  const further = severity === 'WARNING' && errors.length === 0 && isObject(raw) ? await warnings(raw) : [];
  const diagnostics = [...errors, ...further.map((problem) => ({ severity: 'WARNING', ...problem }))];
  return {
    result: errors.length > 0 ? 'FAIL' : 'OK',
    diagnostics: diagnostics.slice(0, limit),
    truncated: diagnostics.length > limit,
  };
}
