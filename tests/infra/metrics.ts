import { readdirSync } from 'node:fs';
import { build, stop } from 'esbuild';
import { createMetrics } from '../../functions/common/telemetry.ts';

/** A metric that an alarm or a widget watches. */
export interface Watched {
  /** The alarm's or the widget's name. */
  by: string;
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, unknown>>;
}

/** The metrics and dimensions that AWS documents, with the page. */
export const AWS_METRICS: Readonly<Record<string, { page: string; names: string[]; dimensions: string[][] }>> = {
  'AWS/Lambda': {
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html',
    names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
    dimensions: [['FunctionName']],
  },
  'AWS/SQS': {
    page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html',
    names: ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'],
    dimensions: [['QueueName']],
  },
  'AWS/States': {
    page: 'https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html',
    names: ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsAborted', 'ExecutionsTimedOut'],
    dimensions: [['StateMachineArn']],
  },
  'AWS/ApiGateway': {
    // Those of an HTTP API. A REST API has other names: 4XXError, 5XXError.
    page: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html',
    names: ['4xx', '5xx', 'Count', 'IntegrationLatency', 'Latency', 'DataProcessed'],
    dimensions: [['ApiId']],
  },
  'AWS/SES': {
    page: 'https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-cloudwatch.html',
    names: ['Reputation.BounceRate', 'Reputation.ComplaintRate'],
    // Of the account.
    dimensions: [[]],
  },
  'AWS/DynamoDB': {
    page: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html',
    names: ['ReadThrottleEvents', 'WriteThrottleEvents'],
    dimensions: [['TableName'], ['GlobalSecondaryIndexName', 'TableName']],
  },
};

/** The type of resource that a dimension names. */
export const DIMENSION_OF: Readonly<Record<string, string>> = {
  FunctionName: 'AWS::Lambda::Function',
  QueueName: 'AWS::SQS::Queue',
  StateMachineArn: 'AWS::StepFunctions::StateMachine',
  ApiId: 'AWS::ApiGatewayV2::Api',
  TableName: 'AWS::DynamoDB::Table',
};

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

/** Every metric of every alarm of a template. */
export function watchedByAlarms(resources: Readonly<Record<string, Resource>>): Watched[] {
  interface Simple {
    Namespace?: string;
    MetricName?: string;
    Dimensions?: { Name: string; Value: unknown }[];
  }
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .flatMap(({ Properties = {} }) => {
      const parts = (Properties.Metrics ?? []) as { MetricStat?: { Metric: Simple } }[];
      const simple = Properties.Metrics ? parts.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) : [Properties];
      return simple.map(({ Namespace, MetricName, Dimensions = [] }: Simple) => ({
        by: String(Properties.AlarmName),
        namespace: String(Namespace),
        name: String(MetricName),
        dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
      }));
    });
}

export interface Widget {
  type: string;
  properties: { title?: string; alarms?: unknown[]; metrics?: unknown[][] };
}

/** The widgets of the template's dashboard. A reference to a resource is the JSON text of its intrinsic function. */
export function widgetsOf(resources: Readonly<Record<string, Resource>>): Widget[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')
    .flatMap(({ Properties = {} }) => {
      const {
        'Fn::Join': [, parts],
      } = Properties.DashboardBody as { 'Fn::Join': [string, unknown[]] };
      const text = parts.map((part) =>
        typeof part === 'string' ? part : JSON.stringify(JSON.stringify(part)).slice(1, -1),
      );
      return (JSON.parse(text.join('')) as { widgets: Widget[] }).widgets;
    });
}

/** Every metric of every graph. Expressions are left out, their metrics are not. */
export const watchedByWidgets = (widgets: readonly Widget[]): Watched[] =>
  widgets.flatMap(({ properties: { title, metrics = [] } }) =>
    metrics
      .map((entry) => entry.filter((part) => typeof part === 'string'))
      .filter((entry) => entry.length > 0)
      .map(([namespace, name, ...pairs]) => ({
        by: String(title),
        namespace: String(namespace),
        name: String(name),
        dimensions: Object.fromEntries(
          Array.from({ length: pairs.length / 2 }, (_, n) => [
            String(pairs[2 * n]),
            asReference(String(pairs[2 * n + 1])),
          ]),
        ),
      })),
  );

const asReference = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : text);

/**
 * What each function's code reports, by its bundle: `count Sent`, `duration ClaimLatency`, `gauge RateUsed`. The bundles are made as for
 * the deployment, so code that a function cannot reach is not in them.
 */
export async function reportedBy(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const names = readdirSync('functions').filter((name) => name !== 'common');
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(names.map((name) => [name, `functions/${name}/handler.ts`])),
    outdir: 'memory',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    treeShaking: true,
    write: false,
    logLevel: 'error',
    tsconfig: 'tsconfig.json',
  });
  await stop();
  return new Map(outputFiles.map(({ path, text }) => [String(/([^/\\]+)\.js$/.exec(path)?.[1]), reportsIn(text)]));
}

const reportsIn = (code: string): Set<string> =>
  new Set(
    [...code.matchAll(/\.(count|duration|gauge)\(([^;]*?)\);/gs)].flatMap(([, kind, given = '']) =>
      [...given.matchAll(/"(\w+)"/g)].map(([, metric]) => `${kind} ${metric}`),
    ),
  );

/** The namespace and dimensions of a metric that a function with this environment writes, from the very document that Powertools writes. */
export function emittedWith(environment: Readonly<Record<string, unknown>>, service?: string) {
  const before = { ...process.env };
  try {
    for (const [name, value] of Object.entries(environment)) if (typeof value === 'string') process.env[name] = value;
    const metrics = createMetrics(service);
    metrics.addMetric('Any', 'Count', 1);
    const document = metrics.serializeMetrics();
    const [written] = document._aws.CloudWatchMetrics;
    const dimensions = written?.Dimensions.map((set) => Object.fromEntries(set.map((name) => [name, document[name]])));
    return { namespace: written?.Namespace, dimensions };
  } finally {
    process.env = before;
  }
}
