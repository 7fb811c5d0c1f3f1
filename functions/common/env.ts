import type { z } from 'zod';

/**
 * The function's configuration, checked once at its start.
 * Throws one error that names every variable that is missing or wrong.
 */
export function readEnv<S extends z.ZodType>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): z.output<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The environment is not valid: ${problems.join('; ')}`);
}
