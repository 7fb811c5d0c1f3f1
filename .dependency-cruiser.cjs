/** Modules of constants, which load nothing at run time: infra takes names from them, and no AWS SDK with them. */
const CONSTANTS = [
  'core/campaigns/campaign',
  'core/dynamodb/expiry',
  'core/email/sender-pattern',
  'core/ledger/keys',
  'core/orders/order',
  'core/telemetry',
  'core/uploads/upload',
];

/** Dependencies point one way: functions → graphql → api → core; infra → statemachines, bundles, constants; dev, cli → local-aws's public entry. */
const only = (from, allowed) => ({
  name: `${from}-depends-only-on-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  comment: `${from} may import ${[from, ...allowed].join(', ')} and packages`,
  from: { path: `^${from}/` },
  to: {
    path: '^(api|core|functions|graphql|infra|packages|dev|cli|console|scripts|tests|benchmarks|examples|statemachines)/',
    pathNot: `^(${[from, ...allowed].join('|')})[./]`,
  },
});

module.exports = {
  forbidden: [
    only('core', []),
    only('api', ['core']),
    only('graphql', ['api', 'core']),
    only('functions', ['api', 'core', 'graphql']),
    only('infra', ['statemachines', ...CONSTANTS]),
    {
      name: 'constants-load-nothing',
      severity: 'error',
      comment: 'infra may import these modules because they import nothing but types and each other',
      from: { path: `^(${CONSTANTS.join('|')})[.]ts$` },
      to: { dependencyTypesNot: ['type-only'], pathNot: `^(${CONSTANTS.join('|')})[.]ts$` },
    },
    only('packages', []),
    {
      name: 'local-aws-is-used-through-its-entry',
      severity: 'error',
      comment: 'Import local-aws, not the files in it. The launcher runs on a Node that cannot read the entry',
      from: { pathNot: '^packages/local-aws/' },
      to: { path: '^packages/local-aws/', pathNot: '^packages/local-aws/(index\\.ts|bin/node24\\.cjs)$' },
    },
    only('dev', ['packages']),
    only('cli', ['dev', 'core', 'packages', 'scripts/prepare']),
    only('console', []),
    only('statemachines', []),
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'delivery-knows-no-channel',
      severity: 'error',
      comment: 'Channels import the delivery core, never the other way round',
      from: { path: '^core/(delivery|ledger|limiter)/' },
      to: { path: '^core/(campaigns|email|orders|requests)/' },
    },
    {
      name: 'aws-wrappers-know-no-product',
      severity: 'error',
      comment: 'core/dynamodb and core/sqs.ts import packages and the clock only',
      from: { path: '^core/(dynamodb/|sqs)' },
      to: { path: '^core/', pathNot: '^core/(dynamodb/|clock)' },
    },
    {
      name: 'core-and-api-know-no-lambda',
      severity: 'error',
      comment: 'AWS event shapes end at the handler',
      from: { path: '^(api|core)/' },
      to: { path: '(aws-lambda|@middy|@aws-lambda-powertools)' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^(api|core|functions|graphql)/', pathNot: 'build\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|cdk\\.out)/' },
    parser: 'swc',
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
