import { readFile } from 'node:fs/promises';
import { campaignRoutes } from '../../../functions/campaigns/routes.ts';
import type { HttpRoutes } from '../../../functions/common/http.ts';
import { emailRoutes } from '../../../functions/emails/routes.ts';
import { graphqlRoutes } from '../../../functions/graphql/routes.ts';
import { orderRoutes } from '../../../functions/orders/routes.ts';
import { pageRoutes } from '../../../functions/pages/routes.ts';
import { rateRoutes } from '../../../functions/rate/routes.ts';
import { requestRoutes } from '../../../functions/requests/routes.ts';
import { suppressionRoutes } from '../../../functions/suppressions/routes.ts';
import { unsubscribeRoutes } from '../../../functions/unsubscribe/routes.ts';
import { uploadRoutes } from '../../../functions/upload/routes.ts';
import { uploadsRoutes } from '../../../functions/uploads/routes.ts';

/** Routes are only listed here, never called. */
const unused = {} as never;
const SERVED: Record<string, HttpRoutes> = {
  upload: uploadRoutes(unused),
  uploads: uploadsRoutes(unused),
  campaigns: campaignRoutes(unused),
  emails: emailRoutes(unused),
  orders: orderRoutes(unused),
  requests: requestRoutes(unused),
  rate: rateRoutes(unused),
  suppressions: suppressionRoutes(unused),
  unsubscribe: unsubscribeRoutes(unused),
  graphql: graphqlRoutes(unused, { introspection: false }),
  pages: pageRoutes(unused),
};

interface Resource {
  Type: string;
  Properties: {
    RouteKey: string;
    Target: { 'Fn::Join': [string, [string, { Ref: string }]] };
    IntegrationUri: { 'Fn::GetAtt': [string, string] };
    FunctionName: string;
  };
}

test('the API passes each function exactly the routes that it serves', async () => {
  const template = JSON.parse(await readFile('cdk.out/pregon-dev.template.json', 'utf8'));
  const resources: Record<string, Resource> = template.Resources;
  const functionOf = (integration: string) => {
    const [id] = resources[integration]?.Properties.IntegrationUri['Fn::GetAtt'] ?? [''];
    return resources[id]?.Properties.FunctionName.replace('pregon-dev-', '') ?? '';
  };
  const passed: Record<string, string[]> = {};
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::ApiGatewayV2::Route') continue;
    const name = functionOf(Properties.Target['Fn::Join'][1][1].Ref);
    passed[name] = [...(passed[name] ?? []), Properties.RouteKey].sort();
  }

  const served = Object.entries(SERVED).map(([name, routes]) => [name, Object.keys(routes).sort()]);
  expect(passed).toEqual(Object.fromEntries(served));
});
