import { readdir, readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { createSchema } from '../../../graphql/schema.ts';

interface Item {
  name: string;
  item?: Item[];
  request?: { method: string; url: { path: string[] } };
}

const FOLDER = 'examples/http';

async function exportedRequests(): Promise<string[]> {
  const collection: Item = JSON.parse(await readFile(`${FOLDER}/pregon.postman_collection.json`, 'utf8'));
  const requests = (item: Item): string[] => {
    const path = item.request?.url.path.map((part) => part.replace(/^\{\{(\w+)\}\}$/, '{$1}')).join('/');
    return [...(item.request ? [`${item.request.method} /${path}`] : []), ...(item.item ?? []).flatMap(requests)];
  };
  return requests(collection);
}

test('the Postman export has a request for every route that is no file of a page', async () => {
  const template = JSON.parse(await readFile('cdk.out/pregon-dev.template.json', 'utf8'));
  const resources = Object.values(template.Resources) as { Type: string; Properties: { RouteKey?: string } }[];
  const routes = resources
    .filter((resource) => resource.Type === 'AWS::ApiGatewayV2::Route')
    .map((resource) => resource.Properties.RouteKey ?? '')
    .filter((route) => !['GET /', '$default'].includes(route) && !route.endsWith('{proxy+}'));

  expect(routes.length).toBeGreaterThan(10);
  expect(await exportedRequests()).toEqual(expect.arrayContaining(routes));
});

test('the example queries are valid', async () => {
  const schema = createSchema();
  for (const file of await readdir(`${FOLDER}/queries`)) {
    const document = parse(await readFile(`${FOLDER}/queries/${file}`, 'utf8'));

    expect({ file, errors: validate(schema, document) }).toEqual({ file, errors: [] });
  }
});
