import { readFileSync } from 'node:fs';
import { FEATURE_FLAGS } from '../../infra/feature-flags.ts';

test('cdk.json sets the flags that the pinned CDK library recommends, so that the CLI warns of none', () => {
  const recommended = readFileSync('node_modules/aws-cdk-lib/recommended-feature-flags.json', 'utf8');
  expect(FEATURE_FLAGS).toEqual(JSON.parse(recommended));
});
