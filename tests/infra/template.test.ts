import { loadTemplate } from 'local-aws';
import { allowedSenders } from '../../core/email/senders.ts';
import { LISTED } from '../../core/ledger/keys.ts';
import { LEASE_MS } from '../../core/ledger/transitions.ts';
import { ofType, resources, templateOf } from './resources.ts';

interface Statement {
  Action: string | string[];
  Condition?: Record<string, Record<string, string[]>>;
  Resource: unknown;
}
interface Policy {
  PolicyDocument: { Statement: Statement[] };
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The template as CloudFormation deploys it with these parameters. */
const loadWith = (parameters: Record<string, string>) =>
  loadTemplate({ cdkOut: 'cdk.out', stackName: 'pregon-dev', parameters });

/** The maximum concurrency of each event source. */
const concurrencyOf = (parameters: Record<string, string>) =>
  loadWith(parameters)
    .ofType('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => (properties.ScalingConfig as { MaximumConcurrency: number }).MaximumConcurrency);

/** Of senders that are near those of the lists below. `ses:FromAddress` is in lower case. */
const ADDRESSES = ['hello', 'a.b+c', 'x', '*', 'hello@d.example', '*@shop.example', 'a.shop.example'].flatMap((local) =>
  [
    'pregon.test',
    'shop.example',
    'badshop.example',
    'eu.shop.example',
    'x.eu.shop.example',
    'shop.example.test',
    'd.example',
    'b.example',
    'c.b.example',
  ].map((domain) => `${local}@${domain}`),
);

/** Whether the statement of the email worker for `AllowedSenders` fits a sender: in StringLike `*` is any text and `?` any character. */
function grantedSenders(AllowedSenders: string): (address: string) => boolean {
  const roles = loadWith({ AllowedSenders }).ofType('AWS::IAM::Role');
  const patterns = roles
    .flatMap(({ properties }) => properties.Policies as unknown as Policy[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Condition }) => Condition?.StringLike?.['ses:FromAddress'] ?? []);
  const regexOf = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
  return (address) => patterns.some((pattern) => regexOf(pattern).test(address));
}

function statements(): { role: string; actions: string[]; resources: unknown[] }[] {
  return ofType('AWS::IAM::Role').flatMap(([role, { Properties }]) =>
    ((Properties?.Policies ?? []) as Policy[]).flatMap((policy) =>
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
  /^(xray:|ses:GetAccount$|states:SendTask|logs:(Create|Get|Update|Delete|List)LogDeliver|logs:(PutResourcePolicy|Describe))/;

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

  it.each(['', 'Shop.example', '*shop.example', 'shop.example,new*@b.example', '*.example', 'a?@shop.example'])(
    'refuses %j as the list of allowed senders, and says what may stand in it',
    (AllowedSenders) => {
      expect(() => loadWith({ AllowedSenders })).toThrow(/AllowedSenders .*an address, a domain or \*@domain/);
    },
  );

  it.each([
    'pregon.test',
    '*',
    'hello@shop.example',
    '*@shop.example',
    '*.shop.example',
    'shop.example,a.b+c@d.example, *.b.example',
  ])('lets the email worker send from exactly the senders that are accepted: %s', (AllowedSenders) => {
    const allowed = allowedSenders(AllowedSenders);
    const granted = grantedSenders(AllowedSenders);
    for (const address of ADDRESSES) expect([address, granted(address)]).toEqual([address, allowed(address)]);
  });

  it('lets the workers and the preflight send by SES from the sender, and the email worker from the allowed senders too', () => {
    const sending = ofType('AWS::IAM::Role').flatMap(([role, { Properties }]) => {
      const policies = Properties?.Policies as Policy[];
      return policies
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => list(Action).includes('ses:SendEmail'))
        .map(({ Condition, Resource }) => ({
          role: role.replace(/(Function)?Role.*/, ''),
          Condition,
          arns: JSON.stringify(Resource),
        }));
    });
    const sender = { 'ses:FromAddress': { Ref: 'SenderEmail' } };
    expect(sending).toEqual([
      {
        role: 'CampaignsUpload',
        Condition: { StringEquals: sender },
        arns: expect.stringMatching(/configuration-set\/",\{"Ref":"SharedSending.*identity\/\*/),
      },
      {
        role: 'CampaignsSend',
        Condition: { StringEquals: sender },
        arns: expect.stringMatching(/configuration-set\/",\{"Ref":"SharedSending.*identity\/\*/),
      },
      {
        role: 'TransactionalEmail',
        Condition: { StringEquals: sender },
        arns: expect.stringMatching(/configuration-set\/",\{"Ref":"SharedSending.*identity\/\*/),
      },
      {
        role: 'TransactionalEmail',
        Condition: { StringLike: expect.anything(), StringNotEquals: sender },
        arns: expect.stringMatching(/configuration-set\/",\{"Ref":"SharedSending.*identity\/\*/),
      },
    ]);
  });

  it('creates the identity of the sender’s domain with DKIM and MAIL FROM where asked, and none otherwise', () => {
    const identitiesOf = (parameters: Record<string, string>) =>
      loadWith(parameters)
        .ofType('AWS::SES::EmailIdentity')
        .map(({ physicalId, properties }) => [physicalId, properties.MailFromAttributes]);

    expect(identitiesOf({})).toEqual([]);
    expect(identitiesOf({ SenderDomain: 'example.com' })).toEqual([['example.com', undefined]]);
    expect(identitiesOf({ SenderDomain: 'example.com', MailFromSubdomain: 'bounce' })).toEqual([
      ['example.com', { MailFromDomain: 'bounce.example.com', BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' }],
    ]);
    expect(loadWith({ SenderDomain: 'example.com' }).outputs.dkimRecord1).toMatch(/_domainkey\.example\.com CNAME /);
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

  it('states no value of the API keys, so that no deploy overwrites those of the operators', () => {
    const [secret] = ofType('AWS::SecretsManager::Secret').filter(([, { Properties }]) =>
      String(Properties?.Name).endsWith('/api-keys'),
    );

    expect(Object.keys(secret?.[1].Properties ?? {}).sort()).toEqual(['Description', 'Name']);
  });

  it('generates the first key of unsubscribe links, and keeps those that operators add', () => {
    const [secret] = ofType('AWS::SecretsManager::Secret').filter(([, { Properties }]) =>
      String(Properties?.Name).endsWith('/unsubscribe-keys'),
    );

    // A change of this generates another key, and the links in mail that was sent would stop working.
    expect(secret?.[1].Properties?.GenerateSecretString).toEqual({
      ExcludePunctuation: true,
      GenerateStringKey: '1',
      PasswordLength: 64,
      SecretStringTemplate: '{"current":"1"}',
    });
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
      expect(timeout).toBeLessThanOrEqual(functionId === ingestId() ? 900 : 10);
      expect(Properties).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
    }
  });

  /** It ends every message, and the sweep sends another where it dies. */
  const ingestId = () =>
    ofType('AWS::Lambda::Function').find(([, { Properties }]) => Properties?.FunctionName === 'pregon-dev-ingest')?.[0];

  it('lets every function that puts messages back do so, and no other one', () => {
    const workers = ofType('AWS::Lambda::EventSourceMapping').map(
      ([, { Properties }]) => (Properties as { FunctionName: { Ref: string } }).FunctionName.Ref,
    );
    const allowed = ofType('AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties?.RecursiveLoop === 'Allow',
    );

    // Events of SES change a row or come again. Nothing waits for a slot.
    const putBack = workers.filter((id) => id !== ingestId() && !id.startsWith('Feedback'));
    expect(allowed.map(([id]) => id).sort()).toEqual(putBack.sort());
  });

  it('gives the workers of SES mail and the ingest of large files a whole vCPU', () => {
    const whole = ofType('AWS::Lambda::Function').filter(([, { Properties }]) => Properties?.MemorySize === 1769);

    expect(whole.map(([, { Properties }]) => Properties?.FunctionName).sort()).toEqual([
      'pregon-dev-email-worker',
      'pregon-dev-ingest',
      'pregon-dev-send-worker',
    ]);
  });

  it.each([
    // Two more than there are: `ingest` and `feedback` are idle most of the time.
    ['10', 12],
    ['1000', 57],
  ])('lets queues use %s executions of the account up to a sum of %i', (LambdaConcurrency, sum) => {
    expect(concurrencyOf({ LambdaConcurrency }).reduce((total, most) => total + most, 0)).toBe(sum);
  });

  it('takes an account for a new one unless the operator says otherwise', () => {
    expect(concurrencyOf({})).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('sends the changes of orders to queues that are read', () => {
    for (const LambdaConcurrency of ['10', '1000']) {
      const loaded = loadWith({ LambdaConcurrency });
      const read = loaded.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties.EventSourceArn);
      const urls = loaded
        .ofType('AWS::SQS::Queue')
        .flatMap(({ arn, physicalId }) => (read.includes(arn ?? '') ? [physicalId] : []));
      const variables = loaded
        .ofType('AWS::Lambda::Function')
        .filter(({ physicalId }) => /-orders(-sweep)?$/.test(physicalId))
        .flatMap(({ properties }) => Object.entries((properties.Environment as { Variables: object }).Variables))
        .filter(([name]) => /^ORDER_\w+_QUEUE_URL$/.test(name));
      expect(variables).toHaveLength(8);
      for (const [, url] of variables) expect(urls).toContain(url);
    }
  });

  it('reserves no concurrency unless the operator says so', () => {
    const reserved = (parameters: Record<string, string>) =>
      loadWith(parameters)
        .ofType('AWS::Lambda::Function')
        .flatMap(({ properties: { FunctionName, ReservedConcurrentExecutions: most } }) =>
          most === undefined ? [] : [[FunctionName, most]],
        );

    expect(reserved({})).toEqual([]);
    expect(reserved({ SendReservedConcurrency: '20' })).toEqual([['pregon-dev-send-worker', '20']]);
  });

  it('lets no run of a sweep wait longer than until the next one', () => {
    const configs = ofType('AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);

    expect(configs).toHaveLength(4);
    for (const config of configs)
      expect(config).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });

  it('never makes more concurrent calls of the notification provider than the fifty that it accepts', () => {
    const [[, mapping] = []] = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) => id.startsWith('Requests'));
    const { BatchSize, ScalingConfig } = { ...mapping?.Properties } as {
      BatchSize: number;
      ScalingConfig: { MaximumConcurrency: number };
    };

    expect(BatchSize * ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(50);
  });

  it.each([
    // A test of lost messages cannot wait for an hour; with real mail nobody may set less.
    ['dev', 5],
    ['prod', 3600],
  ])('lets a row of %s wait for its worker for an hour, and never less than %i s', (name, MinValue) => {
    const { Parameters, Resources } = templateOf(name);
    expect(Parameters.SendTimeoutSeconds).toMatchObject({ Type: 'Number', Default: 3600, MinValue });
    const upload = Object.values(Resources).find(
      ({ Properties }) => Properties?.FunctionName === `pregon-${name}-upload`,
    );
    expect(upload?.Properties).toMatchObject({
      Environment: { Variables: { SEND_TIMEOUT_SECONDS: { Ref: 'SendTimeoutSeconds' } } },
    });
  });

  it('warms the sends table and each of its indexes where a parameter says so', () => {
    const [id, table] = ofType('AWS::DynamoDB::Table').find(([name]) => name.startsWith('SharedSends')) ?? [];
    const warm = {
      'Fn::If': [expect.any(String), { WriteUnitsPerSecond: { Ref: 'WarmWritesPerSecond' } }, { Ref: 'AWS::NoValue' }],
    };
    expect(id).toBeDefined();
    expect(table?.Properties?.WarmThroughput).toEqual(warm);
    const indexes = table?.Properties?.GlobalSecondaryIndexes as { WarmThroughput: object }[];
    expect(indexes.map(({ WarmThroughput }) => WarmThroughput)).toEqual([warm, warm]);
    expect(templateOf('prod').Parameters.WarmWritesPerSecond).toMatchObject({ Default: '' });
  });

  it('projects into the index of the control table only what never changes', () => {
    const table = ofType('AWS::DynamoDB::Table').find(([id]) => id.startsWith('SharedControl'))?.[1].Properties;
    const indexes = table?.GlobalSecondaryIndexes as { Projection: object }[];
    expect(indexes.map(({ Projection }) => Projection)).toEqual([
      { ProjectionType: 'INCLUDE', NonKeyAttributes: ['batchId', 'campaignId'] },
    ]);
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
});
