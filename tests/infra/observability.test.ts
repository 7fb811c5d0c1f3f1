import { readFileSync } from 'node:fs';
import { sendRates } from '../../functions/common/send-rate.ts';
import {
  AWS_METRICS,
  DIMENSION_OF,
  emittedWith,
  reportedBy,
  type Watched,
  watchedByAlarms,
  watchedByWidgets,
  widgetsOf,
} from './metrics.ts';

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  Condition?: string;
}

const template = JSON.parse(readFileSync('cdk.out/pregon-dev.template.json', 'utf8'));
const resources: Record<string, Resource> = template.Resources;
const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const widgets = widgetsOf(resources);
const watched = [...watchedByAlarms(resources), ...watchedByWidgets(widgets)];
const runbook = readFileSync('docs/runbook.md', 'utf8');

/** The environment of each function by its service. */
const environments = new Map(
  ofType('AWS::Lambda::Function').map(([, { Properties }]) => {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    return [String(Variables.POWERTOOLS_SERVICE_NAME), Variables] as const;
  }),
);

/** The function's bundle; the order processors share one. */
const bundleOf = (service: string) =>
  /^order-(received|inprocess|completed|canceled)$/.test(service) ? 'order-processor' : service;

describe('the metrics of the product that alarms and the dashboard watch', () => {
  const ours = watched.filter(({ namespace }) => !namespace.startsWith('AWS/'));
  const described = ({ by, name, dimensions }: Watched) => `${by}: ${name} of ${String(dimensions.service)}`;
  let reports: ReadonlyMap<string, ReadonlySet<string>>;
  beforeAll(async () => {
    reports = await reportedBy();
  });

  it('are more than a few', () => {
    expect(ours.length).toBeGreaterThan(50);
  });

  it('are reported by the code of the function that they name', () => {
    const sharedLevels = new Set(['RateUsed', 'RateAllowed']);
    const missing = ours.filter(({ name, dimensions }) => {
      if (sharedLevels.has(name)) return !reports.get('send-worker')?.has(`gauge ${name}`);
      const code = reports.get(bundleOf(String(dimensions.service)));
      return !code?.has(`count ${name}`) && !code?.has(`duration ${name}`);
    });

    expect(missing.map(described)).toEqual([]);
  });

  it('have the namespace and the very dimensions with which the function writes them', () => {
    const other = ours.filter(({ namespace, name, dimensions }) => {
      const { service, ...rest } = dimensions;
      expect(rest).toEqual({ stage: 'dev' });
      // A shared level is under the name of its limiter, whichever function writes it.
      const isShared = name.startsWith('Rate');
      const found = environments.get(isShared ? 'send-worker' : String(service));
      if (!found) return true;
      const emitted = emittedWith(found, isShared ? sesLimiter() : undefined);
      return JSON.stringify([namespace, [dimensions]]) !== JSON.stringify([emitted.namespace, emitted.dimensions]);
    });

    expect(other.map(described)).toEqual([]);
  });
});

const sesLimiter = () =>
  sendRates({ SEND_RATE: 0, SEND_HEADROOM: 1 }, {} as Parameters<typeof sendRates>[1], async () => 0).ses.name;

describe('the metrics of AWS that alarms and the dashboard watch', () => {
  const theirs = watched.filter(({ namespace }) => namespace.startsWith('AWS/'));

  it('are documented, with their dimensions', () => {
    const unknown = theirs.filter(({ namespace, name, dimensions }) => {
      const known = AWS_METRICS[namespace];
      const given = Object.keys(dimensions).sort().join();
      return !known?.names.includes(name) || !known.dimensions.some((set) => set.join() === given);
    });

    expect(unknown).toEqual([]);
  });

  it('are of resources of this stack', () => {
    const indexes = ofType('AWS::DynamoDB::Table').flatMap(([, { Properties }]) =>
      (Properties.GlobalSecondaryIndexes as { IndexName: string }[]).map(({ IndexName }) => IndexName),
    );
    for (const { by, dimensions } of theirs) {
      for (const [name, value] of Object.entries(dimensions)) {
        if (name === 'GlobalSecondaryIndexName') {
          expect(indexes).toContain(value);
          continue;
        }
        const reference = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
        const id = reference.Ref ?? reference['Fn::GetAtt']?.[0];
        expect({ by, name, type: resources[String(id)]?.Type }).toEqual({ by, name, type: DIMENSION_OF[name] });
      }
    }
  });
});

describe('alarms', () => {
  const namesOf = (family: string) =>
    alarms.map(({ AlarmName }) => String(AlarmName)).filter((name) => name.startsWith(`pregon-dev-${family}`));
  const topicOf = ([id]: [string, Resource]) => ({ Ref: id });

  it('tell the one topic when they go off and when they are over', () => {
    const [topic, ...others] = ofType('AWS::SNS::Topic').map(topicOf);

    expect(others).toEqual([]);
    for (const { AlarmName, AlarmActions, OKActions } of alarms) {
      expect({ AlarmName, AlarmActions, OKActions }).toEqual({ AlarmName, AlarmActions: [topic], OKActions: [topic] });
    }
  });

  it('may publish to the topic, although its policy replaces the default one', () => {
    const [[, policy]] = ofType('AWS::SNS::TopicPolicy') as [[string, Resource]];
    const { Statement } = policy.Properties.PolicyDocument as { Statement: object[] };

    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });

  it('reach a person only where an address is given', () => {
    const [[, { Properties, Condition }]] = ofType('AWS::SNS::Subscription') as [[string, Resource]];

    expect(Properties).toMatchObject({ Protocol: 'email', Endpoint: { Ref: 'AlarmEmail' } });
    expect(template.Parameters.AlarmEmail.Default).toBe('');
    expect(template.Conditions[String(Condition)]).toEqual({
      'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmEmail' }, ''] }],
    });
  });

  it('say what to do, in a section of the runbook of their own', () => {
    const sections = [...runbook.matchAll(/^## Alarm: (\S+)$/gm)].map(([, family]) => String(family));
    const families = alarms.map(
      ({ AlarmDescription }) => /runbook\.md, Alarm: (\S+)$/.exec(String(AlarmDescription))?.[1],
    );

    expect([...new Set(families)].sort()).toEqual(sections.sort());
    for (const { AlarmName } of alarms) {
      expect(sections.filter((family) => String(AlarmName).startsWith(`pregon-dev-${family}`))).toHaveLength(1);
    }
  });

  it('state what missing values mean', () => {
    for (const { TreatMissingData } of alarms) expect(TreatMissingData).toMatch(/^(notBreaching|ignore)$/);
  });

  it('end when a table is no longer throttled, though DynamoDB then reports nothing', () => {
    const onDynamo = alarms.filter((alarm) => JSON.stringify(alarm).includes('AWS/DynamoDB'));

    const expressions = onDynamo.map(({ Metrics }) => (Metrics as { Expression?: string }[])[0]?.Expression);
    expect(expressions).toEqual([
      'FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0) + FILL(m4, 0) + FILL(m5, 0)',
      'FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0)',
    ]);
  });

  it('do not depend on what a sum is where one of its metrics has no value', () => {
    const expressions = alarms.flatMap(({ Metrics = [] }) =>
      (Metrics as { Expression?: string }[]).flatMap(({ Expression }) => Expression ?? []),
    );

    expect(expressions.length).toBeGreaterThan(3);
    const unfilled = expressions.flatMap((text) => text.replace(/FILL\(\w+, 0\)/g, '').match(/[a-z]\w*/g) ?? []);
    // Where it has no value, no slot was missed.
    expect(new Set(unfilled)).toEqual(new Set(['missed']));
  });

  it('take ten metrics each at most, as CloudWatch does', () => {
    for (const { Metrics } of alarms) expect((Metrics as unknown[] | undefined)?.length ?? 1).toBeLessThanOrEqual(11);
  });

  it('watch every dead-letter queue, every queue, every worker, and every channel', () => {
    const queues = ofType('AWS::SQS::Queue').filter(([, { Properties }]) => Properties.RedrivePolicy);
    const workers = ofType('AWS::Lambda::EventSourceMapping');
    const targetsOf = (name: string, family: string) =>
      watchedByAlarms(resources).filter((metric) => metric.name === name && metric.by.includes(family));

    expect(queues.length).toBeGreaterThan(6);
    const deadLetters = queues.map(([, { Properties }]) => {
      const { deadLetterTargetArn } = Properties.RedrivePolicy as { deadLetterTargetArn: { 'Fn::GetAtt': string[] } };
      return { QueueName: { 'Fn::GetAtt': [deadLetterTargetArn['Fn::GetAtt'][0], 'QueueName'] } };
    });
    const watchedForDead = targetsOf('ApproximateNumberOfMessagesVisible', 'dead-letters');
    expect(watchedForDead).toHaveLength(deadLetters.length);
    expect(watchedForDead.map(({ dimensions }) => dimensions)).toEqual(expect.arrayContaining(deadLetters));
    expect(targetsOf('ApproximateAgeOfOldestMessage', 'queue-age')).toHaveLength(queues.length);
    for (const [, { Properties }] of workers) {
      const dimensions = { FunctionName: Properties.FunctionName };
      expect(targetsOf('Errors', 'errors').map((metric) => metric.dimensions)).toContainEqual(dimensions);
      expect(targetsOf('Throttles', 'throttles').map((metric) => metric.dimensions)).toContainEqual(dimensions);
    }
    const channels = ['send-worker', 'email-worker', 'notify-worker'];
    for (const family of ['account-stopped', 'missed-slots', 'unconfirmed']) {
      for (const channel of channels) expect(namesOf(family)).toContain(`pregon-dev-${family}-${channel}`);
    }
  });

  it('watch every function that can leave rows behind or find a send unconfirmed', async () => {
    const reports = await reportedBy();
    for (const metric of ['RowsLeftBehind', 'Unconfirmed']) {
      const emitters = [...reports].filter(([, reported]) => reported.has(`count ${metric}`)).map(([name]) => name);
      const services = watchedByAlarms(resources)
        .filter(({ name }) => name === metric)
        .map(({ dimensions }) => dimensions.service);
      expect(services.sort()).toEqual(emitters.sort());
    }
  });
});

describe('the dashboard', () => {
  it.each([
    'Sent',
    'ERROR / (SENT + ERROR)',
    'Rate of SES',
    'Age of the oldest message',
    'Throttles',
    'Concurrency of workers',
  ])('shows %s', (title) => {
    expect(widgets.find(({ properties }) => properties.title === title)?.properties.metrics?.length).toBeGreaterThan(0);
  });

  it('shows the state of every alarm', () => {
    const [shown] = widgets.filter(({ type }) => type === 'alarm');
    expect(shown?.properties.alarms).toHaveLength(alarms.length);
  });

  it('shows the share of errors, not of sends', () => {
    const [share] = widgets.filter(({ properties }) => properties.title === 'ERROR / (SENT + ERROR)');
    const expressions = share?.properties.metrics?.flatMap(([entry]) => Object(entry).expression ?? []);
    expect(expressions?.[1]).toBe(
      '100 * (FILL(email0, 0) + FILL(email1, 0) + FILL(email2, 0)) / (FILL(emailSent, 0) + FILL(email0, 0) + FILL(email1, 0) + FILL(email2, 0))',
    );
  });
});
