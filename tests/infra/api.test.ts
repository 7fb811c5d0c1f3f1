import { ROUTES } from '../../api/routes.ts';
import { type LambdaProperties, ofType } from './resources.ts';

describe('the HTTP API', () => {
  it('lets a change of a key take effect within 60 seconds, and caches the authorizer’s result for each route', () => {
    const authorizer = ofType('AWS::ApiGatewayV2::Authorizer')[0]?.[1].Properties;
    const code = ofType('AWS::Lambda::Function')
      .map(([, { Properties }]) => Properties as unknown as LambdaProperties)
      .find(({ FunctionName }) => FunctionName.endsWith('-authorizer'));
    const kept = code?.Environment.Variables.API_KEYS_TTL_SECONDS;
    const seconds = [authorizer?.AuthorizerResultTtlInSeconds, kept, code?.Timeout];

    expect(seconds.map(Number).reduce((sum, part) => sum + part)).toBeLessThanOrEqual(60);
    expect(authorizer?.IdentitySource).toEqual(['$request.header.Authorization', '$context.routeKey']);
  });

  it('lets no function end before the API stops waiting for it, because that would be a 500 and not a 503', () => {
    const targets = ofType('AWS::ApiGatewayV2::Integration').map(([, { Properties }]) =>
      JSON.stringify(Properties?.IntegrationUri),
    );
    const functions = ofType('AWS::Lambda::Function').filter(([id]) => targets.some((uri) => uri.includes(`"${id}"`)));

    const ended = functions.filter(([, { Properties }]) => Number(Properties?.Timeout) <= 30).map(([id]) => id);

    expect(functions.length).toBeGreaterThan(5);
    expect(ended).toEqual([]);
  });

  it('throttles the routes of unsubscribing on their own, once they exist', () => {
    const [, stage] = ofType('AWS::ApiGatewayV2::Stage')[0] ?? [];
    const settings = (stage?.Properties?.RouteSettings ?? {}) as Record<string, object>;
    const routes = ofType('AWS::ApiGatewayV2::Route').filter(
      ([, { Properties }]) => String(Properties?.RouteKey) in settings,
    );

    expect(Object.keys(settings).sort()).toEqual(
      ['GET', 'HEAD', 'POST'].map((method) => `${method} /unsubscribe/{token}`),
    );
    expect(routes).toHaveLength(3);
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(routes.map(([id]) => id)));
    for (const one of Object.values(settings)) {
      expect(one).toEqual({
        ThrottlingRateLimit: { Ref: 'UnsubscribeRate' },
        ThrottlingBurstLimit: { Ref: 'UnsubscribeBurst' },
      });
    }
  });

  it('throttles the API by parameters, and logs each access with its key and without content', () => {
    const stage = ofType('AWS::ApiGatewayV2::Stage')[0]?.[1].Properties;
    const { Format, DestinationArn } = (stage?.AccessLogSettings ?? {}) as {
      Format: string;
      DestinationArn: unknown;
    };
    const logged = JSON.parse(Format) as Record<string, string>;

    expect(stage?.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: { Ref: 'ApiRate' },
      ThrottlingBurstLimit: { Ref: 'ApiBurst' },
    });
    expect(DestinationArn).toEqual({ 'Fn::GetAtt': [expect.stringContaining('AccessLog'), 'Arn'] });
    expect(logged).toMatchObject({ keyName: '$context.authorizer.keyName', route: '$context.routeKey' });
    expect(Format).not.toMatch(/\.path|header|body|claims|userAgent/i);
  });

  it('deploys every documented route, with a key wherever its documentation says so', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => ({
      route: String(Properties?.RouteKey),
      open: Properties?.AuthorizationType === 'NONE',
    }));
    const documented = ROUTES.map(({ method, path, open = false }) => ({
      route: `${method.toUpperCase()} ${path}`,
      open,
    }));

    expect(routes).toEqual(expect.arrayContaining(documented));
  });

  it('asks for the key on every route but the public ones', () => {
    const open = ofType('AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => Properties?.AuthorizationType === 'NONE')
      .map(([, { Properties }]) => String(Properties?.RouteKey));
    expect(open.sort()).toEqual(
      ['/', '/console', '/console/{proxy+}', '/docs', '/graphql', '/health', '/openapi.json']
        .map((path) => `GET ${path}`)
        .concat('$default')
        .concat(['GET', 'HEAD', 'POST'].map((method) => `${method} /unsubscribe/{token}`))
        .sort(),
    );
  });
});
