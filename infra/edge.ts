import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { secretAccess } from './constructs/access.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import type { Foundation } from './foundation.ts';
import { physicalName } from './stages.ts';

/**
 * A key that was added or revoked is known everywhere within 60 s: the authorizer keeps the keys for 25 s, its answer takes at most 5 s,
 * and API Gateway keeps the result for 30 s.
 */
const KEYS_TTL_SECONDS = 25;
const AUTHORIZER_TIMEOUT_SECONDS = 5;
const RESULT_TTL_SECONDS = 30;

/** The HTTP API with the routes that the functions of the stack name, the API keys with their authorizer, and the pages. */
export class Edge extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  readonly apiKeysSecretArn: string;

  constructor(scope: Construct, id: string, shared: Foundation) {
    super(scope, id);
    const { stage } = shared;
    // Without a value in the template, so that no deploy overwrites the keys that operators added. `Secret` would generate one.
    const apiKeys = new CfnSecret(this, 'ApiKeys', {
      name: `pregon-${stage.name}/api-keys`,
      description: 'Names, hashes and scopes of the API keys; changed by npm run keys',
    });
    apiKeys.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.apiKeysSecretArn = apiKeys.ref;
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
      description: 'Health, OpenAPI, Swagger UI, GraphiQL and the console: static, without a key',
      routes: [
        'GET /',
        'GET /health',
        'GET /openapi.json',
        'GET /docs',
        'GET /docs/{proxy+}',
        'GET /graphql',
        'GET /graphql/{proxy+}',
        'GET /console',
        'GET /console/{proxy+}',
      ],
      timeoutSeconds: 10,
      memory: MEMORY.requests,
    });

    this.api = new HttpApi(this, 'Http', {
      apiName: physicalName(stage, 'api'),
      description: 'Campaigns, their state, and the pages',
      defaultAuthorizer: new HttpLambdaAuthorizer('ApiKey', authorizer, {
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        // The identity is the key of the cache. Without the route, a result for one route would hold for all others.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
        identitySource: ['$request.header.Authorization', '$context.routeKey'],
        resultsCacheTtl: Duration.seconds(RESULT_TTL_SECONDS),
      }),
    });
    this.url = this.api.apiEndpoint;
    const withoutKey = new HttpNoneAuthorizer();
    const functions = Stack.of(this)
      .node.findAll()
      .filter((construct) => construct instanceof ProductFunction);
    for (const target of functions) {
      const integration = new HttpLambdaIntegration(target.service, target);
      for (const route of target.routes) {
        const [method, path] = route.split(' ') as [keyof typeof HttpMethod, string];
        this.api.addRoutes({
          path,
          methods: [HttpMethod[method]],
          integration,
          ...(target === pages && { authorizer: withoutKey }),
        });
      }
    }
  }
}
