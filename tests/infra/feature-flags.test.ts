import { readFileSync } from 'node:fs';
import { FEATURE_FLAGS } from '../../infra/feature-flags.ts';

test('cdk.json sets the flags that the pinned CDK library recommends, so that the CLI warns of none', () => {
  const recommended = readFileSync('node_modules/aws-cdk-lib/recommended-feature-flags.json', 'utf8');
  expect(FEATURE_FLAGS).toEqual(JSON.parse(recommended));
});

it.each(['dev', 'prod'])('synthesizes %s without a warning', (stage) => {
  const metadata: Record<string, { type: string; data?: unknown }[]> = JSON.parse(
    readFileSync(`cdk.out/pregon-${stage}.metadata.json`, 'utf8'),
  );
  const entries = Object.values(metadata).flat();

  expect(entries.length).toBeGreaterThan(0);
  expect(entries.filter(({ type }) => type === 'aws:cdk:warning' || type === 'aws:cdk:error')).toEqual([]);
});
