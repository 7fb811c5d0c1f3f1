import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnRoute,
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Consent } from './consent.ts';
import { secretAccess } from './constructs/access.ts';
import { OperatorSecret } from './constructs/operator-secret.ts';
import { numberParameter } from './constructs/parameter.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import type { Foundation } from './foundation.ts';
import { physicalName } from './stages.ts';

/**
 * A key that was added or revoked is known everywhere within 60 s: the authorizer keeps the keys for 20 s, its answer takes at most 10 s,
 * and API Gateway keeps the result for 30 s.
 */
const KEYS_TTL_SECONDS = 20;
const AUTHORIZER_TIMEOUT_SECONDS = 10;
const RESULT_TTL_SECONDS = 30;

/**
 * What the access log says of a request. The route and not the path, which may contain an address or a token; no header and no body. The
 * key's name is that of the authorizer's context. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  keyName: '$context.authorizer.keyName',
  sourceIp: '$context.identity.sourceIp',
  milliseconds: '$context.responseLatency',
  bytes: '$context.responseLength',
  error: '$context.error.message',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
};

/** The HTTP API with the routes that the functions of the stack name, the API keys with their authorizer, and the pages. */
export class Edge extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  readonly apiKeysSecretArn: string;

  constructor(
    scope: Construct,
    id: string,
    shared: Foundation,
    { consent, bucket }: { consent: Consent; bucket: Bucket },
  ) {
    super(scope, id);
    const { stage } = shared;
    const description = 'Names, hashes and scopes of the API keys; changed by npm run keys';
    this.apiKeysSecretArn = new OperatorSecret(this, 'ApiKeys', shared, 'api-keys', description).secretArn;
    const authorizer = new ProductFunction(this, 'Authorizer', shared, {
      name: 'authorizer',
      description: 'Checks the bearer key of the HTTP API and its scope',
      timeoutSeconds: AUTHORIZER_TIMEOUT_SECONDS,
      memory: MEMORY.requests,
      environment: { API_KEYS_TTL_SECONDS: String(KEYS_TTL_SECONDS) },
      access: [secretAccess({ secretArn: this.apiKeysSecretArn }, 'API_KEYS_SECRET_ARN')],
    });
    const pages = new ProductFunction(this, 'Pages', shared, {
      name: 'pages',
      description:
        'Health, OpenAPI and the pages, static and without a key; and what is said of paths that do not exist',
      routes: [
        'GET /',
        'GET /health',
        'GET /openapi.json',
        'GET /docs',
        'GET /graphql',
        'GET /console',
        'GET /console/{proxy+}',
      ],
      withoutKey: true,
      memory: MEMORY.requests,
      // The pages send large files there.
      environment: { BUCKET_DOMAIN: bucket.bucketRegionalDomainName },
    });

    this.api = new HttpApi(this, 'Http', {
      apiName: physicalName(stage, 'api'),
      description: 'Campaigns, their state, and the pages',
      createDefaultStage: false,
      defaultAuthorizer: new HttpLambdaAuthorizer('ApiKey', authorizer, {
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        // The identity is the key of the cache. Without the route, a result for one route would hold for all others.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
        identitySource: ['$request.header.Authorization', '$context.routeKey'],
        resultsCacheTtl: Duration.seconds(RESULT_TTL_SECONDS),
      }),
    });
    this.url = this.api.apiEndpoint;
    const httpStage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: {
        rateLimit: numberParameter(this, 'ApiRate', {
          description: 'Requests per second that the API accepts; beyond them it answers 429',
          default: 1000,
          minValue: 1,
        }),
        burstLimit: numberParameter(this, 'ApiBurst', {
          description: 'Requests that the API accepts at once',
          default: 2000,
          minValue: 1,
        }),
      },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLog', {
            // Below this prefix, log groups do not fill up the one resource policy of CloudWatch Logs.
            // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
            logGroupName: `/aws/vendedlogs/${physicalName(stage, 'api')}`,
            retention: stage.logDays as RetentionDays,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    const apiStage = httpStage.node.defaultChild as CfnStage;
    consent.throttle(apiStage);
    const withoutKey = new HttpNoneAuthorizer();
    const functions = Stack.of(this)
      .node.findAll()
      .filter((construct) => construct instanceof ProductFunction);
    // One permission for the API instead of one for each route: those of two methods of a path would be the same.
    const integrationOf = (target: ProductFunction) =>
      new HttpLambdaIntegration(target.service, target, { scopePermissionToRoute: false });
    const ofPages = integrationOf(pages);
    for (const target of functions) {
      const integration = target === pages ? ofPages : integrationOf(target);
      for (const route of target.routes) {
        const [method, path] = route.split(' ') as [keyof typeof HttpMethod, string];
        const routes = this.api.addRoutes({
          path,
          methods: [HttpMethod[method]],
          integration,
          ...(target.withoutKey && { authorizer: withoutKey }),
        });
        // A stage refuses settings of a route that does not exist yet.
        for (const added of routes)
          if (target.withoutKey) apiStage.addResourceDependency(added.node.defaultChild as CfnRoute);
      }
    }
    // All paths that no route has. API Gateway's own answer would be JSON, also for a browser.
    new HttpRoute(this, 'AnyPath', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: ofPages,
      authorizer: withoutKey,
    });
    // The permission for the API names a method and a path, which this route does not have.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    pages.addPermission('AnyPath', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.api.apiId,
        resourceName: '*/$default',
      }),
    });
  }
}
