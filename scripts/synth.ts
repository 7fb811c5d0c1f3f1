import { spawnSync } from 'node:child_process';

/** Synthesizes every stage to `cdk.out`. Needs no AWS account and no network. */
export function synth(): void {
  const result = spawnSync(process.execPath, ['infra/app.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CDK_OUTDIR: 'cdk.out' },
  });
  if (result.status !== 0) throw new Error('The CDK app could not be synthesized. See its messages above.');
}
