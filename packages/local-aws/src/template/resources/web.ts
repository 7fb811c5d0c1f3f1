import { nameOf, type ResourceType } from '../resource-type.ts';

const api: ResourceType = {
  identify(resource) {
    const id = resource.generatedName.toLowerCase();
    return { physicalId: id, attributes: { ApiId: id, ApiEndpoint: resource.naming.apiUrl } };
  },
  honoured: ['Name', 'ProtocolType', 'CorsConfiguration'],
  withoutMeaning: ['Description', 'DisableExecuteApiEndpoint', 'Tags'],
};

const named = (honoured: readonly string[], withoutMeaning: readonly string[] = []): ResourceType => ({
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured,
  withoutMeaning,
});

const stage: ResourceType = {
  identify: (resource) => ({ physicalId: nameOf(resource, 'StageName') }),
  nameProperty: 'StageName',
  honoured: [
    'ApiId',
    'StageName',
    'AutoDeploy',
    'DefaultRouteSettings.ThrottlingBurstLimit',
    'DefaultRouteSettings.ThrottlingRateLimit',
    'RouteSettings',
  ],
  withoutMeaning: ['AccessLogSettings', 'DefaultRouteSettings.DetailedMetricsEnabled', 'Description', 'Tags'],
};

export const web: Record<string, ResourceType> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::ApiGatewayV2::Route': named(['ApiId', 'RouteKey', 'Target', 'AuthorizationType', 'AuthorizerId']),
  'AWS::ApiGatewayV2::Integration': named(
    ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion', 'TimeoutInMillis'],
    ['IntegrationMethod', 'Description'],
  ),
  'AWS::ApiGatewayV2::Authorizer': named(
    [
      'ApiId',
      'AuthorizerType',
      'AuthorizerUri',
      'AuthorizerPayloadFormatVersion',
      'AuthorizerResultTtlInSeconds',
      'EnableSimpleResponses',
      'IdentitySource',
    ],
    ['Name'],
  ),
};
