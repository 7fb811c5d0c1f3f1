import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { secretAccess } from './constructs/access.ts';
import { ProductFunction } from './constructs/product-function.ts';
import type { Foundation } from './foundation.ts';
import { physicalName } from './stages.ts';

/** The HTTP API with the routes that the functions of the stack name, the API key with its authorizer, and the pages. */
export class Edge extends Construct {
  readonly url: string;
  readonly apiKey: Secret;

  constructor(scope: Construct, id: string, shared: Foundation) {
    super(scope, id);
    const { stage } = shared;
    this.apiKey = new Secret(this, 'ApiKey', {
      secretName: `pregon-${stage.name}/api-key`,
      description: 'The API key that clients send as a bearer token',
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const authorizer = new ProductFunction(this, 'Authorizer', shared, {
      name: 'authorizer',
      description: 'Checks the bearer key of the HTTP API',
      timeoutSeconds: 5,
      memory: 256,
      access: [secretAccess(this.apiKey, 'API_KEY_SECRET_ARN')],
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
      memory: 256,
    });

    const api = new HttpApi(this, 'Http', {
      apiName: physicalName(stage, 'api'),
      description: 'Campaigns, their state, and the pages',
      defaultAuthorizer: new HttpLambdaAuthorizer('ApiKey', authorizer, {
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        identitySource: ['$request.header.Authorization'],
        resultsCacheTtl: Duration.minutes(1),
      }),
    });
    this.url = api.apiEndpoint;
    const withoutKey = new HttpNoneAuthorizer();
    const functions = Stack.of(this)
      .node.findAll()
      .filter((construct) => construct instanceof ProductFunction);
    for (const target of functions) {
      const integration = new HttpLambdaIntegration(target.service, target);
      for (const route of target.routes) {
        const [method, path] = route.split(' ') as [keyof typeof HttpMethod, string];
        api.addRoutes({
          path,
          methods: [HttpMethod[method]],
          integration,
          ...(target === pages && { authorizer: withoutKey }),
        });
      }
    }
  }
}
