import { rm } from 'node:fs/promises';
import { Command, eventually, Product, tempDataDir } from './support/product.ts';

describe('API keys', () => {
  const dataDir = tempDataDir();
  let product: Product;
  const made: Record<string, string> = {};

  async function keys(...args: string[]): Promise<{ status: number | null; output: string }> {
    const command = new Command('keys', [...args, '--data', dataDir]);
    return { status: await command.ended(), output: command.output };
  }
  const add = async (name: string, scope: string) => {
    const { output } = await keys('add', name, '--scope', scope, '--json');
    made[name] = (JSON.parse(output) as { key: string }).key;
  };
  const as = (name: string) => ({ authorization: `Bearer ${made[name]}` });
  const statusOf = async (name: string, method: string, path: string) =>
    (await product.call(method, path, { headers: as(name) })).status;

  beforeAll(async () => {
    const first = await Product.up(dataDir);
    await first.command.stop();
    // In the files of a stack that is not running, so that nobody has to wait for the authorizer.
    for (const [name, scope] of [
      ['shop', 'send'],
      ['report', 'read'],
      ['ops', 'read,operate'],
    ] as const) {
      await add(name, scope);
    }
    product = await Product.up(dataDir);
  });
  afterAll(async () => {
    await product.command.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('may do what their scopes say, beside the key of the local stack', async () => {
    const refused = await product.call('GET', '/campaigns', { headers: as('shop') });
    expect([refused.status, await refused.json()]).toEqual([403, { message: 'Forbidden' }]);

    expect(await statusOf('report', 'GET', '/campaigns')).toBe(200);
    expect(await statusOf('report', 'POST', '/campaigns/none/stop')).toBe(403);
    expect(await statusOf('ops', 'POST', '/campaigns/none/stop')).toBe(404);
    expect((await product.call('GET', '/campaigns')).status).toBe(200);
    expect((await fetch(`${product.outputs.apiUrl}/campaigns`)).status).toBe(401);
  });

  it('are named by the campaign that they uploaded, stopped and redrove', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const form = new FormData();
    form.append('file', new Blob(['email,subject,content\nana@example.com,Hi,Hello\n'], { type: 'text/csv' }), 'a.csv');
    form.append('sendAt', later);
    const uploaded = await product.call('POST', '/upload', { body: form, headers: as('shop') });
    const { batchId } = (await uploaded.json()) as { batchId: string };

    const graphql = async (name: string, query: string) => {
      const headers = { ...as(name), 'content-type': 'application/json' };
      return (await product.call('POST', '/graphql', { headers, body: JSON.stringify({ query }) })).json();
    };
    const stop = `mutation { stopCampaign(batchId: "${batchId}") { status stoppedBy } }`;
    expect(await graphql('report', stop)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(await graphql('ops', stop)).toEqual({ data: { stopCampaign: { status: 'ABORTED', stoppedBy: 'ops' } } });
    expect(await statusOf('ops', 'POST', `/campaigns/${batchId}/redrive`)).toBe(202);

    expect(await (await product.call('GET', `/campaigns/${batchId}`, { headers: as('report') })).json()).toMatchObject({
      uploadedBy: 'shop',
      stoppedBy: 'ops',
      redrivenBy: 'ops',
    });
  });

  it('stop working after they were revoked, without a restart', async () => {
    expect(await statusOf('report', 'GET', '/rate')).toBe(200);
    expect(await keys('revoke', 'report')).toMatchObject({ status: 0 });
    await eventually(async () => (await statusOf('report', 'GET', '/rate')) === 403, 1_000);

    expect(await statusOf('ops', 'GET', '/rate')).toBe(200);
    const { output } = await keys('list');
    expect(output).toContain('shop');
    expect(output).not.toContain('report');
    expect(output).not.toContain('pregon_');
  });
});
