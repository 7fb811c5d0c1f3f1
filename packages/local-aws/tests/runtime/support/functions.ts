import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FunctionSpec } from '../../../src/lambda/definitions.ts';
import { LambdaRuntime, type LambdaRuntimeOptions } from '../../../src/lambda/runtime.ts';

export const tempDir = (): string => mkdtempSync(join(tmpdir(), 'local-aws-runtime-'));

/** Writes the files of a function's code and returns their folder. */
export function codeOf(files: Readonly<Record<string, string>>): string {
  const codeDir = join(tempDir(), 'code');
  for (const [name, source] of Object.entries(files)) {
    const file = join(codeDir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
  }
  return codeDir;
}

/** A function whose bundle is this source text. */
export function functionOf(name: string, source: string, changes: Partial<FunctionSpec> = {}): FunctionSpec {
  return {
    logicalId: name,
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    roleArn: `arn:aws:iam::000000000000:role/${name}`,
    codeDir: changes.codeDir ?? codeOf({ 'index.mjs': source }),
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    timeoutSeconds: 60,
    memoryMb: 128,
    environment: {},
    allowsLoops: false,
    logGroup: `/aws/lambda/${name}`,
    maxInstances: 2,
    asyncRetries: 2,
    asyncMaxAgeSeconds: 3600,
    ...changes,
  };
}

export const runtimeOf = (functions: FunctionSpec[], changes: Partial<LambdaRuntimeOptions> = {}): LambdaRuntime =>
  new LambdaRuntime({
    functions,
    dataDir: tempDir(),
    region: 'us-east-1',
    awsEndpoint: 'http://127.0.0.1:1',
    accessKeyFor: (role) => `KEY-${role}`,
    ...changes,
  });

const WITHIN_MS = 120_000;

/** Resolves once the condition holds. The wait normally takes milliseconds; the deadline allows for a busy machine. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`The condition did not come true within ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
