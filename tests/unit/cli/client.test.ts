import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../../cli/arguments.ts';
import { ApiProblem, ProductClient } from '../../../cli/client.ts';

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const CAMPAIGNS = [
  { batchId: HASH },
  { batchId: `${HASH}-dryrun` },
  { batchId: 'spring-0123456789abcdef0123456789abcdef', campaignId: 'spring' },
  { batchId: 'spring-sale-0123456789abcdef0123456789abcdef', campaignId: 'spring-sale' },
];

describe('a campaign named on the command line', () => {
  let client: ProductClient;
  let close: () => void;

  beforeAll(async () => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://api');
      const [, , batchId] = url.pathname.split('/');
      const start = Number(url.searchParams.get('after') || 0);
      const end = start + 2;
      const known = CAMPAIGNS.find((campaign) => campaign.batchId === batchId);
      const list = { campaigns: CAMPAIGNS.slice(start, end), ...(end < CAMPAIGNS.length && { next: String(end) }) };
      const answer = batchId === undefined ? list : known;
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { detail: 'no such campaign' }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    client = new ProductClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'key');
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterAll(() => close());

  it.each([
    ['its batchId, though another one begins with it', HASH, HASH],
    ['a prefix that no other has', 'spring-s', 'spring-sale-0123456789abcdef0123456789abcdef'],
    ['its campaignId, though another one begins with it', 'spring', 'spring-0123456789abcdef0123456789abcdef'],
  ])('may be named by %s', async (_name, name, batchId) => {
    expect(await client.findBatch(name)).toBe(batchId);
  });

  it('must be named without doubt', async () => {
    await expect(client.findBatch('9f86')).rejects.toThrow(UsageError);
    await expect(client.findBatch('9f86')).rejects.toThrow(/names 2 campaigns.*\n {2}9f86.*\n {2}9f86.*-dryrun/);
    await expect(client.findBatch('autumn')).rejects.toThrow(ApiProblem);
    await expect(client.findBatch('f'.repeat(64))).rejects.toThrow('There is no campaign');
  });

  it('has a page', () => {
    expect(client.pageOf('b', 'ERROR')).toMatch(/\/console\/campaigns\/b\?status=ERROR$/);
  });
});
