import { z } from 'zod';

/** Checks the configuration of a function at its start. Throws one error that names every missing or wrong variable. */
export function readEnv<S extends z.ZodType>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): z.output<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The environment is not valid: ${problems.join('; ')}`);
}

/** The names of the two tables. */
export const tablesEnv = z.object({ SENDS_TABLE: z.string().min(1), CONTROL_TABLE: z.string().min(1) });
