import { type Json, objectOf } from '../json.ts';
import type { Bucket } from '../limits/limits.ts';
import { NotEmulated } from '../template/errors.ts';
import type { Template } from '../template/template.ts';

export interface AuthorizerSpec {
  id: string;
  functionArn: string;
  /** The values that form the identity, which is the key of the cache. If one is missing, the response is 401. */
  identitySources: readonly IdentitySource[];
  ttlSeconds: number;
}

/** A header by its name in lower case, or the key of the matched route. */
export type IdentitySource = { header: string } | 'routeKey';

export interface RouteSpec {
  routeKey: string;
  /** A method, or `ANY`. */
  method: string;
  /** As in the route key: `/orders/{id}`. */
  path: string;
  /** The segments of the path. `{name}` matches one, `{name+}` the rest. */
  segments: readonly string[];
  functionArn: string;
  /** The requests that it takes, besides the throttle of the API. */
  throttle?: Bucket;
  /** The longest wait for the function; that of API Gateway if missing or longer. */
  timeoutMs?: number;
  authorizer?: AuthorizerSpec;
}

export interface HttpApiSpec {
  apiId: string;
  stage: string;
  routes: readonly RouteSpec[];
  cors?: CorsSpec;
  throttle?: Bucket;
}

export interface CorsSpec {
  allowOrigins: readonly string[];
  allowMethods: readonly string[];
  allowHeaders: readonly string[];
  exposeHeaders: readonly string[];
  allowCredentials: boolean;
  maxAge?: number;
}

/** The time for which results of an authorizer are cached by default. */
const DEFAULT_TTL_SECONDS = 0;

/** The HTTP API of a template; undefined if it has none. Routes that are not supported are reported to the template. */
export function httpApiOf(template: Template): HttpApiSpec | undefined {
  const [api, ...others] = template.ofType('AWS::ApiGatewayV2::Api').filter((resource) => {
    const { ProtocolType: protocol = 'HTTP' } = resource.properties;
    if (protocol !== 'HTTP') template.leaveOut(resource, `the protocol ${protocol} is not emulated`);
    return protocol === 'HTTP';
  });
  if (!api) return undefined;
  for (const other of others) template.leaveOut(other, 'a second HTTP API in one stack is not emulated');
  const ofApi = (type: string) => template.ofType(type).filter(({ properties: { ApiId } }) => ApiId === api.physicalId);
  const cors = api.properties.CorsConfiguration;
  const [stage] = ofApi('AWS::ApiGatewayV2::Stage');
  if (stage && stage.physicalId !== '$default') {
    template.notSupported(stage, 'the name of a stage in the path is not emulated: requests have none');
  }
  const throttle = throttleOf(stage?.properties.DefaultRouteSettings);
  const routeSettings = objectOf(stage?.properties.RouteSettings);
  return {
    apiId: api.physicalId,
    stage: stage?.physicalId ?? '$default',
    routes: ofApi('AWS::ApiGatewayV2::Route').flatMap((route) => {
      try {
        const spec = routeOf(template, route.properties);
        const own = throttleOf(routeSettings[spec.routeKey]);
        return [own ? { ...spec, throttle: own } : spec];
      } catch (error) {
        if (!(error instanceof NotEmulated)) throw error;
        template.leaveOut(route, `the route ${route.properties.RouteKey} is left out: ${error.message}`);
        return [];
      }
    }),
    ...(cors !== undefined && { cors: corsOf(objectOf(cors)) }),
    ...(throttle && { throttle }),
  };
}

/** The throttle in the settings of routes; undefined if they have none. */
function throttleOf(settings: Json | undefined): Bucket | undefined {
  const { ThrottlingBurstLimit: burst, ThrottlingRateLimit: rate } = objectOf(settings);
  return burst === undefined || rate === undefined ? undefined : { bucket: Number(burst), perSecond: Number(rate) };
}

function routeOf(template: Template, properties: Record<string, unknown>): RouteSpec {
  const routeKey = String(properties.RouteKey);
  const integrationId = String(properties.Target).replace(/^integrations\//, '');
  const integration = template
    .ofType('AWS::ApiGatewayV2::Integration')
    .find(({ physicalId }) => physicalId === integrationId)?.properties;
  if (integration?.IntegrationType !== 'AWS_PROXY' || integration.IntegrationSubtype !== undefined) {
    throw new NotEmulated('only an integration with a function is emulated');
  }
  if (String(integration.PayloadFormatVersion) !== '2.0') {
    throw new NotEmulated('only payload format 2.0 is emulated');
  }
  const authorization = properties.AuthorizationType ?? 'NONE';
  if (authorization !== 'NONE' && authorization !== 'CUSTOM') {
    throw new NotEmulated(`the authorization type ${authorization} is not emulated`);
  }
  const [method = 'ANY', path = ''] = routeKey === '$default' ? [] : routeKey.split(' ');
  return {
    routeKey,
    method,
    path,
    segments: segmentsOf(path),
    functionArn: functionArnOf(String(integration.IntegrationUri)),
    ...(integration.TimeoutInMillis !== undefined && { timeoutMs: Number(integration.TimeoutInMillis) }),
    ...(authorization === 'CUSTOM' && { authorizer: authorizerOf(template, String(properties.AuthorizerId)) }),
  };
}

function authorizerOf(template: Template, id: string): AuthorizerSpec {
  const found = template.ofType('AWS::ApiGatewayV2::Authorizer').find(({ physicalId }) => physicalId === id);
  if (found?.properties.AuthorizerType !== 'REQUEST' || found.properties.EnableSimpleResponses !== true) {
    throw new NotEmulated('only a REQUEST authorizer with simple responses is emulated');
  }
  const sources = [found.properties.IdentitySource ?? []].flat().map(String);
  const identitySources = sources.map((source): IdentitySource => {
    if (source === '$context.routeKey') return 'routeKey';
    const header = /^\$request\.header\.(.+)$/i.exec(source)?.[1];
    if (!header) throw new NotEmulated(`the identity source ${source} is not emulated`);
    return { header: header.toLowerCase() };
  });
  return {
    id,
    functionArn: functionArnOf(String(found.properties.AuthorizerUri)),
    identitySources,
    ttlSeconds: Number(found.properties.AuthorizerResultTtlInSeconds ?? DEFAULT_TTL_SECONDS),
  };
}

/** The function in `arn:…:lambda:path/2015-03-31/functions/<function arn>/invocations`, or the bare ARN. */
function functionArnOf(uri: string): string {
  return /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}

function corsOf(cors: Record<string, unknown>): CorsSpec {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  return {
    allowOrigins: list(cors.AllowOrigins),
    allowMethods: list(cors.AllowMethods),
    allowHeaders: list(cors.AllowHeaders),
    exposeHeaders: list(cors.ExposeHeaders),
    allowCredentials: cors.AllowCredentials === true,
    ...(cors.MaxAge !== undefined && { maxAge: Number(cors.MaxAge) }),
  };
}

export const segmentsOf = (path: string): string[] => path.split('/').slice(1);
