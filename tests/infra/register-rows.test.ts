import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';

const definition = JSON.parse(readFileSync('statemachines/campaign.asl.json', 'utf8'));
const { ItemBatcher, ItemProcessor } = definition.States.RegisterRows;
const [expression] = Object.values<string>(ItemProcessor.States.WriteRows.Arguments.RequestItems);
const write = jsonata((expression ?? '').replace(/^\{%|%\}$/g, ''));

/** Step Functions refuses a larger input or larger arguments. */
const PAYLOAD_LIMIT = 262_144;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const batch = (items: Record<string, string>[]) => ({
  BatchInput: { batchId: 'a'.repeat(64), campaignId: 'b'.repeat(32), createdAt: '2026-11-22T10:00:00.000Z' },
  Items: items,
});

async function requestsOf(items: Record<string, string>[]) {
  return write.evaluate({}, { states: { input: batch(items) } });
}

/** The batches that Step Functions makes of these rows: by count and by bytes of the child's input. */
function batchesOf(rows: Record<string, string>[]): Record<string, string>[][] {
  const batches: Record<string, string>[][] = [];
  for (const row of rows) {
    const last = batches.at(-1);
    const fits =
      last &&
      last.length < ItemBatcher.MaxItemsPerBatch &&
      bytes(batch([...last, row])) <= ItemBatcher.MaxInputBytesPerBatch;
    if (fits) last.push(row);
    else batches.push([row]);
  }
  return batches;
}

const row = (n: number, content: string, subject = 'Hello') => ({
  row: String(n),
  email: `${'x'.repeat(240)}${n}@e.io`,
  subject,
  content,
});

describe('RegisterRows', () => {
  it('writes a state item and a content item for each row', async () => {
    const items = await requestsOf([row(17, 'Hola'), row(18, 'Hi')]);
    expect(items).toHaveLength(4);
    expect(items[0].PutRequest.Item).toMatchObject({
      pk: { S: `${'a'.repeat(64)}#1` },
      sk: { S: 'S#00000017' },
      statusKey: { S: 'PENDING#2026-11-22#1' },
      status: { S: 'PENDING' },
      rowNumber: { N: '17' },
    });
    expect(items[1].PutRequest.Item).toEqual({
      pk: { S: `${'a'.repeat(64)}#1` },
      sk: { S: 'C#00000017' },
      content: { S: 'Hola' },
    });
  });

  it.each([
    ['tiny rows', 'x', 'y'],
    ['rows of 30 KB of HTML', '<p>"á"</p>\n'.repeat(2_700), 'y'],
    ['the longest subjects, all escaped', 'x'.repeat(9_000), '"'.repeat(998)],
    ['content at its limit, every character escaped', '"'.repeat(65_534), '"'.repeat(998)],
  ])('stays below the payload limit with %s', async (_, content, subject) => {
    const rows = Array.from({ length: 40 }, (__, n) => row(n + 1, content, subject));
    const batches = batchesOf(rows);
    expect(batches.flat()).toHaveLength(40);
    for (const items of batches) {
      expect(bytes(batch(items))).toBeLessThan(PAYLOAD_LIMIT);
      const requests = await requestsOf(items);
      expect(requests.length).toBeLessThanOrEqual(25);
      expect(bytes({ RequestItems: { 'pregon-dev-sends': requests } })).toBeLessThan(PAYLOAD_LIMIT);
    }
  });
});
