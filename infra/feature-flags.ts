import { readFileSync } from 'node:fs';

/**
 * The feature flags that the CDK recommends for new apps, from `cdk.json`. The app is synthesized without the CDK CLI, which would pass them.
 * https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html
 */
export const FEATURE_FLAGS: Readonly<Record<string, unknown>> = JSON.parse(readFileSync('cdk.json', 'utf8')).context;
