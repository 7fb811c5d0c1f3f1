import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { physicalName, type Stage } from './stages.ts';

/** Actions on resources; nothing else is granted. */
export interface Grant {
  actions: string[];
  resources: string[];
}

export interface ProductFunctionProps {
  stage: Stage;
  /** Also the folder of its bundle, `dist/functions/<name>`. */
  name: string;
  description: string;
  timeout: Duration;
  /** MB; CPU comes with it. */
  memory: number;
  environment: Record<string, string>;
  grants: Grant[];
}

/** One Lambda from its built bundle, with a log group and a role of its own. */
export class ProductFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: ProductFunctionProps) {
    super(scope, id);
    const functionName = physicalName(props.stage, props.name);

    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: props.stage.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const allow = (actions: string[], resources: string[]) =>
      new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${functionName} may do`,
      inlinePolicies: {
        own: new PolicyDocument({
          statements: [
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
            // X-Ray takes no resource ARN for these two.
            allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']),
            ...props.grants.map((grant) => allow(grant.actions, grant.resources)),
          ],
        }),
      },
    });

    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      runtime: new Runtime('nodejs24.x'),
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(`dist/functions/${props.name}`),
      handler: 'index.handler',
      timeout: props.timeout,
      memorySize: props.memory,
      role: role.withoutPolicyUpdates(),
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        STAGE: props.stage.name,
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: props.name,
        POWERTOOLS_METRICS_NAMESPACE: 'Pregon',
        ...props.environment,
      },
    });
  }
}

export const seconds = (amount: number) => Duration.seconds(amount);
