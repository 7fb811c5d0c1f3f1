import { spawnSync } from 'node:child_process';
import { UsageError } from '../cli/arguments.ts';
import { STAGES } from '../infra/stages.ts';
import { buildAll } from './build.ts';
import { synth } from './synth.ts';

export const STAGE_NAMES = Object.keys(STAGES).join(' or ');

/** Builds and synthesizes, then runs a command of the CDK CLI on a stage's stack. Resolves to its exit status. Throws UsageError. */
export async function runCdk(
  command: 'deploy' | 'destroy',
  stage: string | undefined,
  options: readonly string[],
): Promise<number> {
  if (stage === undefined || !Object.hasOwn(STAGES, stage)) {
    throw new UsageError(`--stage takes ${STAGE_NAMES}. See npm run ${command} -- --help`);
  }
  await buildAll();
  synth();
  const cdk = ['node_modules/aws-cdk/bin/cdk', command, `pregon-${stage}`, '--app', 'cdk.out'];
  return spawnSync(process.execPath, [...cdk, ...options], { stdio: 'inherit' }).status ?? 1;
}
