import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { metric } from './fire/support.ts';
import { eventually, Product, tempDataDir } from './support/product.ts';

describe('notification requests', () => {
  const dataDir = tempDataDir();
  let product: Product;
  beforeAll(async () => {
    product = await Product.up(dataDir);
  });
  afterAll(async () => {
    await product.command.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function create(type = 'email'): Promise<string> {
    const response = await product.call('POST', '/v1/requests', {
      body: JSON.stringify({ to: 'ana@example.com', message: 'Hola, Ana', type }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(201);
    const answer = (await response.json()) as { id: string };
    expect(Object.keys(answer)).toEqual(['id']);
    return answer.id;
  }
  const processed = async (id: string) => (await product.call('POST', `/v1/requests/${id}/process`)).status;
  const standing = async (id: string) => (await product.call('GET', `/v1/requests/${id}`)).json();
  const reaches = (id: string, status: string) =>
    eventually(async () => ((await standing(id)) as { status: string }).status === status);
  const faults = (set: object) =>
    fetch(`${product.outputs.awsEndpoint}/_local/faults`, { method: 'PUT', body: JSON.stringify(set) });

  it('go from queued to sent, once, and show in GraphQL', async () => {
    const id = await create('push');
    expect(await standing(id)).toEqual({ id, status: 'queued' });
    expect(await Promise.all([processed(id), processed(id), processed(id)])).toEqual([202, 202, 202]);
    await reaches(id, 'sent');
    expect(await processed(id)).toBe(202);

    expect(await standing(id)).toEqual({ id, status: 'sent' });
    expect(await product.mailbox(id)).toMatchObject([
      { to: 'ana@example.com', text: 'Hola, Ana', channel: 'push', provider: 'notify', sendId: `${id}-1` },
    ]);
    const { sends } = await product.graphql<{ sends: { edges: { node: object }[] } }>(
      `{ sends(filter: { batchId: "${id}" }) { edges { node { email channel status provider } } } }`,
    );
    expect(sends.edges.map(({ node }) => node)).toEqual([
      { email: 'ana@example.com', channel: 'push', status: 'SENT', provider: 'notify' },
    ]);
  });

  it('are refused with 422 and 404', async () => {
    const bad = await product.call('POST', '/v1/requests', { body: '{"to": "ana@example.com", "type": "fax"}' });
    expect(bad.status).toBe(422);
    expect(await bad.json()).toMatchObject({ issues: [{ field: 'message' }, { field: 'type' }] });
    expect(await processed('unknown')).toBe(404);
    expect((await product.call('GET', '/v1/requests/unknown')).status).toBe(404);
  });

  it('wait for a provider that is down, and are sent when it is back', async () => {
    const before = await metric(product, 'Transient');
    await faults({ providers: { notify: { outage: true } } });
    const ids = await Promise.all([create('email'), create('sms')]);
    await Promise.all(ids.map(processed));
    await eventually(async () => (await metric(product, 'Transient')) > before + ids.length);
    for (const id of ids) expect(await standing(id)).toEqual({ id, status: 'processing' });
    await faults({});

    for (const id of ids) await reaches(id, 'sent');
    for (const id of ids) expect(await product.mailbox(id)).toHaveLength(1);
  });
});

describe('notification requests as the load test of the document sends them', () => {
  const dataDir = tempDataDir();
  const received: { path: string; key: string; body: unknown }[] = [];
  let provider: Server;
  let product: Product;
  beforeAll(async () => {
    provider = createServer(async (request, response) => {
      const body = JSON.parse(await text(request));
      received.push({ path: `${request.method} ${request.url}`, key: String(request.headers['x-api-key']), body });
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"status": "delivered", "provider_id": "p-1"}');
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    product = await Product.up(dataDir, ['--open', '--notify-url', url, '--notify-key', 'key-of-the-provider']);
  });
  afterAll(async () => {
    await product.command.stop();
    provider.close();
    provider.closeAllConnections();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('need no key with --open, and go to the provider of --notify-url with its own', async () => {
    const call = (method: string, path: string, body?: string) =>
      fetch(`${product.outputs.apiUrl}/v1/requests${path}`, {
        method,
        ...(body && { body, headers: { 'content-type': 'application/json' } }),
      });
    const notification = { to: 'user@example.com', message: 'Hello', type: 'email' };
    const created = await call('POST', '', JSON.stringify(notification));
    const { id } = (await created.json()) as { id: string };
    const asked = await call('POST', `/${id}/process`);
    let standing: unknown;
    await eventually(async () => {
      standing = await (await call('GET', `/${id}`)).json();
      return (standing as { status: string }).status === 'sent';
    });

    expect([created.status, asked.status, standing]).toEqual([201, 202, { id, status: 'sent' }]);
    expect(received).toEqual([{ path: 'POST /v1/notify', key: 'key-of-the-provider', body: notification }]);
  });
});
