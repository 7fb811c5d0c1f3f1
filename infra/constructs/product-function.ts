import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Metric as Counter, DurationMetric } from '../../core/telemetry.ts';
import type { Foundation } from '../foundation.ts';
import { physicalName } from '../stages.ts';
import { type Access, allow } from './access.ts';

export const METRICS_NAMESPACE = 'Pregon';

/**
 * MB of memory, by what a function needs them for. The share of a CPU grows with it, and 1,769 MB is one vCPU:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MEMORY = {
  /** Workers of SES mail: a batch signs and sends its emails at the same time, each at most 20 ms after its slot. */
  wholeCpu: 1769,
  /** Functions that parse, compare or write files of a million rows. */
  files: 1024,
  /** Functions that somebody waits for, and workers of a slow provider. Less would make a cold start longer than a second. */
  requests: 512,
  /** Functions that wait for a few calls of AWS, and for whose answer nobody waits. */
  background: 256,
} as const;

/**
 * An HTTP API waits 30 s for its function and then answers 503, which clients may repeat. A function that ended before would be answered 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const API_TIMEOUT_SECONDS = 31;

/** A route as an HTTP API names it. */
type RouteKey = `${'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'} /${string}`;

export interface ProductFunctionProps {
  name: string;
  /** The folder of its bundle, `dist/functions/<bundle>`; by default the name. */
  bundle?: string;
  description: string;
  /** By default that of a function that answers the HTTP API. */
  timeoutSeconds?: number;
  memory: (typeof MEMORY)[keyof typeof MEMORY];
  /** All that the function may use, apart from its own log group and X-Ray. */
  access?: readonly Access[];
  environment?: Readonly<Record<string, string>>;
  /** It puts messages back on the queue that invokes it. Without this Lambda stops it after some 16 passes of one message. */
  putsMessagesBack?: boolean;
  /** Routes of the HTTP API that it serves, such as `GET /campaigns/{batchId}`. */
  routes?: readonly RouteKey[];
  /** Its routes need no API key. */
  withoutKey?: boolean;
}

/** One Lambda from its built bundle, with a log group and a role of its own. */
export class ProductFunction extends LambdaFunction {
  /** The name by which its logs, traces and metrics know it. */
  readonly service: string;
  readonly routes: readonly RouteKey[];
  readonly withoutKey: boolean;
  readonly #stage: string;

  constructor(scope: Construct, id: string, { stage, logLevel }: Foundation, props: ProductFunctionProps) {
    const { name, bundle = name, access = [] } = props;
    const functionName = physicalName(stage, name);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: stage.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${functionName} may do`,
      inlinePolicies: {
        own: new PolicyDocument({
          statements: [
            allow('logs', ['CreateLogStream', 'PutLogEvents'], logGroup.logGroupArn),
            // X-Ray takes no resource ARN for these two.
            allow('xray', ['PutTraceSegments', 'PutTelemetryRecords'], '*'),
            ...access.flatMap(({ statements }) => statements),
          ],
        }),
      },
    });
    super(scope, id, {
      functionName,
      description: props.description,
      runtime: new Runtime('nodejs24.x'),
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(`dist/functions/${bundle}`),
      handler: 'index.handler',
      timeout: Duration.seconds(props.timeoutSeconds ?? API_TIMEOUT_SECONDS),
      memorySize: props.memory,
      role: role.withoutPolicyUpdates(),
      logGroup,
      tracing: Tracing.ACTIVE,
      ...(props.putsMessagesBack && { recursiveLoop: RecursiveLoop.ALLOW }),
      environment: Object.assign(
        {
          STAGE: stage.name,
          LOG_LEVEL: logLevel,
          NODE_OPTIONS: '--enable-source-maps',
          POWERTOOLS_SERVICE_NAME: name,
          POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        },
        ...access.map(({ environment }) => environment),
        props.environment,
      ),
    });
    this.service = name;
    this.#stage = stage.name;
    this.routes = props.routes ?? [];
    this.withoutKey = props.withoutKey ?? false;
  }

  /** A counter that the function writes by `Telemetry.count`. */
  counter(metricName: Counter): Metric {
    return this.#metric(metricName).with({ statistic: 'Sum' });
  }

  /** A duration that the function writes by `Telemetry.duration`, in milliseconds. */
  measure(metricName: DurationMetric, statistic: string, label: string): Metric {
    return this.#metric(metricName).with({ statistic, label });
  }

  #metric(metricName: string): Metric {
    const dimensionsMap = { service: this.service, stage: this.#stage };
    return new Metric({ namespace: METRICS_NAMESPACE, metricName, dimensionsMap, period: Duration.minutes(1) });
  }
}
