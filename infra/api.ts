import { Duration } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { ProductFunction } from './product-function.ts';
import { physicalName, type Stage } from './stages.ts';

/** The functions of the ways in beside campaigns. */
export interface Doors {
  emails: ProductFunction;
  orders: ProductFunction;
  requests: ProductFunction;
}

/** The HTTP API: every route, and the authorizer on all but the public ones. */
export class Api extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, stage: Stage, functions: Functions, doors: Doors) {
    super(scope, id);
    const authorizer = new HttpLambdaAuthorizer('ApiKey', functions.authorizer.function, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: Duration.minutes(1),
    });
    const api = new HttpApi(this, 'Http', {
      apiName: physicalName(stage, 'api'),
      description: 'Campaigns, their state, and the pages',
      defaultAuthorizer: authorizer,
    });
    this.url = api.apiEndpoint;

    const open = new HttpNoneAuthorizer();
    const routes = (target: ProductFunction, name: string, paths: [HttpMethod, string][], isOpen = false) => {
      const integration = new HttpLambdaIntegration(name, target.function);
      for (const [method, path] of paths) {
        api.addRoutes({ path, methods: [method], integration, ...(isOpen ? { authorizer: open } : {}) });
      }
    };

    routes(functions.upload, 'Upload', [
      [HttpMethod.POST, '/upload'],
      [HttpMethod.POST, '/campaigns/upload'],
    ]);
    routes(functions.campaigns, 'Campaigns', [
      [HttpMethod.GET, '/campaigns'],
      [HttpMethod.GET, '/campaigns/{batchId}'],
      [HttpMethod.POST, '/campaigns/{batchId}/redrive'],
      [HttpMethod.POST, '/campaigns/{batchId}/stop'],
      [HttpMethod.GET, '/campaigns/{batchId}/skipped.csv'],
      [HttpMethod.GET, '/campaigns/{batchId}/sends.csv'],
    ]);
    routes(functions.rate, 'Rate', [
      [HttpMethod.GET, '/rate'],
      [HttpMethod.PUT, '/rate'],
    ]);
    routes(doors.emails, 'Emails', [
      [HttpMethod.POST, '/emails/send'],
      [HttpMethod.GET, '/emails/{id}'],
    ]);
    routes(doors.orders, 'Orders', [
      [HttpMethod.POST, '/orders'],
      [HttpMethod.PUT, '/orders/{orderId}'],
      [HttpMethod.GET, '/orders/{orderId}'],
    ]);
    routes(doors.requests, 'Requests', [
      [HttpMethod.POST, '/v1/requests'],
      [HttpMethod.POST, '/v1/requests/{id}/process'],
      [HttpMethod.GET, '/v1/requests/{id}'],
    ]);
    routes(functions.graphql, 'Graphql', [[HttpMethod.POST, '/graphql']]);
    routes(
      functions.pages,
      'Pages',
      [
        [HttpMethod.GET, '/'],
        [HttpMethod.GET, '/health'],
        [HttpMethod.GET, '/openapi.json'],
        [HttpMethod.GET, '/docs'],
        [HttpMethod.GET, '/docs/{proxy+}'],
        [HttpMethod.GET, '/graphql'],
        [HttpMethod.GET, '/graphql/{proxy+}'],
        [HttpMethod.GET, '/console'],
        [HttpMethod.GET, '/console/{proxy+}'],
      ],
      true,
    );
  }
}
