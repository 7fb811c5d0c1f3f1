import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ROUTES } from '../../api/routes.ts';
import { LISTED } from '../../core/ledger/keys.ts';
import { LEASE_MS } from '../../core/ledger/transitions.ts';
import { PregonStack } from '../../infra/pregon-stack.ts';
import { STAGES, type Stage } from '../../infra/stages.ts';

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}
interface Statement {
  Action: string | string[];
  Resource: unknown;
}

const stageOf = (name: string): Stage => {
  const found = STAGES[name];
  if (!found) throw new Error(`There is no stage ${name}`);
  return found;
};
const stage = stageOf('dev');
const template = Template.fromStack(new PregonStack(new App(), 'pregon-dev', { stage }));
const resources: Record<string, Resource> = template.toJSON().Resources;
const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);
const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

function statements(): { role: string; actions: string[]; resources: unknown[] }[] {
  return ofType('AWS::IAM::Role').flatMap(([role, { Properties }]) =>
    ((Properties?.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).flatMap((policy) =>
      policy.PolicyDocument.Statement.map((statement) => ({
        role,
        actions: list(statement.Action),
        resources: list(statement.Resource),
      })),
    ),
  );
}

/** Actions for which AWS offers no resource ARN. */
const NO_ARN =
  /^(xray:|ses:GetAccount$|logs:(Create|Get|Update|Delete|List)LogDeliver|logs:(PutResourcePolicy|Describe))/;

describe('the stack', () => {
  it('gives every function a role of its own and no managed policy', () => {
    const roles = ofType('AWS::Lambda::Function').map(([, { Properties }]) => JSON.stringify(Properties?.Role));
    expect(new Set(roles).size).toBe(roles.length);
    expect(roles.length).toBeGreaterThan(8);
    for (const [, role] of ofType('AWS::IAM::Role')) expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(ofType('AWS::IAM::Policy')).toEqual([]);
  });

  it('names actions one by one and resources by ARN wherever AWS takes one', () => {
    const tooWide = statements().filter(
      ({ actions, resources: granted }) =>
        actions.some((action) => action.includes('*')) ||
        (granted.includes('*') && actions.some((action) => !NO_ARN.test(action))),
    );
    expect(tooWide).toEqual([]);
  });

  it('lets the workflow start, watch, stop and redrive its own children only', () => {
    const states = statements().filter(
      ({ role, actions }) =>
        role.startsWith('CampaignsWorkflow') && actions.some((action) => action.startsWith('states:')),
    );
    const text = JSON.stringify(states);
    for (const action of ['StartExecution', 'DescribeExecution', 'StopExecution', 'RedriveExecution']) {
      expect(text).toContain(`states:${action}`);
    }
    for (const { resources: granted } of states) {
      for (const arn of granted) expect(JSON.stringify(arn)).toMatch(/:(stateMachine|execution):pregon-dev-campaign/);
    }
  });

  it('runs every function on Node 24, arm64, with tracing, its own log group and a stated retention', () => {
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        Handler: 'index.handler',
        LoggingConfig: { LogGroup: expect.anything() },
      });
    }
    for (const [, { Properties }] of ofType('AWS::Logs::LogGroup')) expect(Properties?.RetentionInDays).toBe(14);
  });

  it('contains no secret: secrets are generated or empty, and no environment contains a key', () => {
    for (const [, { Properties }] of ofType('AWS::SecretsManager::Secret')) {
      const stated = JSON.parse(String(Properties?.SecretString ?? '{}')) as Record<string, string>;
      expect(Object.values(stated).filter((value) => value !== '')).toEqual([]);
    }
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      const { Variables = {} } = (Properties?.Environment ?? {}) as { Variables?: Record<string, unknown> };
      for (const name of Object.keys(Variables)) expect(name).not.toMatch(/(KEY|TOKEN|PASSWORD|SECRET)$/);
    }
  });

  it('gives every queue that has a consumer dead letters, 5 receives, and six times the timeout as visibility', () => {
    const byId = new Map(ofType('AWS::SQS::Queue'));
    const sources = ofType('AWS::Lambda::EventSourceMapping');
    expect(sources.length).toBeGreaterThan(0);
    for (const [, { Properties }] of sources) {
      const mapping = Properties as {
        EventSourceArn: { 'Fn::GetAtt': [string, string] };
        FunctionName: { Ref: string };
      };
      const [queueId] = mapping.EventSourceArn['Fn::GetAtt'];
      const functionId = mapping.FunctionName.Ref;
      const queue = byId.get(queueId)?.Properties;
      const timeout = Number(resources[functionId]?.Properties?.Timeout);
      expect(queue?.RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
      expect(Number(queue?.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeout);
      // Otherwise a redelivered message would meet rows that its first receiver is still sending.
      expect(Number(queue?.VisibilityTimeout) * 1000).toBeGreaterThan(LEASE_MS);
      expect(timeout).toBeLessThanOrEqual(10);
      expect(Properties).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
    }
  });

  it('never makes more concurrent calls of the notification provider than the fifty that it accepts', () => {
    const [[, mapping] = []] = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) => id.startsWith('Requests'));
    const { BatchSize, ScalingConfig } = { ...mapping?.Properties } as {
      BatchSize: number;
      ScalingConfig: { MaximumConcurrency: number };
    };

    expect(BatchSize * ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(50);
  });

  it('deploys every documented route, with a key wherever its documentation says so', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => ({
      route: String(Properties?.RouteKey),
      open: Properties?.AuthorizationType === 'NONE',
    }));
    const documented = ROUTES.map(({ method, path, open = false }) => ({
      route: `${method.toUpperCase()} ${path}`,
      open,
    }));

    expect(routes).toEqual(expect.arrayContaining(documented));
  });

  it('asks for the key on every route but the public ones', () => {
    const open = ofType('AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => Properties?.AuthorizationType === 'NONE')
      .map(([, { Properties }]) => String(Properties?.RouteKey));
    expect(open.sort()).toEqual(
      [
        '/',
        '/console',
        '/console/{proxy+}',
        '/docs',
        '/docs/{proxy+}',
        '/graphql',
        '/graphql/{proxy+}',
        '/health',
        '/openapi.json',
      ]
        .map((path) => `GET ${path}`)
        .sort(),
    );
  });

  it.each([
    // A test of lost messages cannot wait for an hour; with real mail nobody may set less.
    ['dev', 5],
    ['prod', 3600],
  ])('lets a row of %s wait for its worker for an hour, and never less than %i s', (name, MinValue) => {
    const stack = new PregonStack(new App(), `pregon-${name}`, { stage: stageOf(name) });
    const { Parameters, Resources } = Template.fromStack(stack).toJSON();
    expect(Parameters.SendTimeoutSeconds).toMatchObject({ Type: 'Number', Default: 3600, MinValue });
    const upload = Object.values<Resource>(Resources).find(
      ({ Properties }) => Properties?.FunctionName === `pregon-${name}-upload`,
    );
    expect(upload?.Properties).toMatchObject({
      Environment: { Variables: { SEND_TIMEOUT_SECONDS: { Ref: 'SendTimeoutSeconds' } } },
    });
  });

  it('projects every attribute of lists into the status index', () => {
    const table = ofType('AWS::DynamoDB::Table').find(([id]) => id.startsWith('SharedSends'))?.[1].Properties;
    const indexes = table?.GlobalSecondaryIndexes as { IndexName: string; Projection: object }[];
    expect(indexes.find(({ IndexName }) => IndexName === 'byStatus')?.Projection).toEqual({
      ProjectionType: 'INCLUDE',
      // A key of the index is in it anyway.
      NonKeyAttributes: LISTED.filter((attribute) => attribute !== 'createdKey'),
    });
  });

  it('keeps the data of prod when the stack goes', () => {
    const stack = new PregonStack(new App(), 'pregon-prod', { stage: stageOf('prod') });
    const kept = Template.fromStack(stack).toJSON().Resources;
    for (const resource of Object.values<{ Type: string; DeletionPolicy?: string }>(kept)) {
      if (/Table$|S3::Bucket$/.test(resource.Type)) expect(resource.DeletionPolicy).toBe('Retain');
    }
  });
});
