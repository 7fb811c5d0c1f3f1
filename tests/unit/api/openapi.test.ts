import fc from 'fast-check';
import { z } from 'zod';
import { campaignAnswer, campaignSchema, pageQuerySchema } from '../../../api/campaigns.ts';
import { openApiDocument } from '../../../api/openapi.ts';
import { parseInput } from '../../../api/parse.ts';
import { ROUTES } from '../../../api/routes.ts';
import { uploadAnswer, uploadAnswerSchema, uploadFieldsSchema } from '../../../api/upload.ts';
import { isAddress } from '../../../core/csv/address.ts';
import { campaignRecord } from '../campaigns/record.ts';

type Json = Record<string, unknown>;
const at = (document: Json, ...path: string[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);

describe('the OpenAPI document', () => {
  const document = openApiDocument();

  it('has every route, each with an operation id of its own', () => {
    const operations = ROUTES.map(({ path, method }) => at(document, 'paths', path, method) as Json);

    expect(document.openapi).toBe('3.1.0');
    expect(operations.every((operation) => operation.responses)).toBe(true);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
  });

  it('resolves each of its references', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');

    expect(references.length).toBeGreaterThan(5);
    expect(references.filter((reference) => at(document, ...reference.split('/')) === undefined)).toEqual([]);
  });

  it('has patterns that every JSON Schema tool can read', () => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
      JSON.parse(`"${text}"`),
    );

    expect(patterns.length).toBeGreaterThan(10);
    // Not Unicode properties, look-around, named groups or flags. https://json-schema.org/draft/2020-12/json-schema-core#section-6.4
    expect(patterns.filter((pattern) => /\\[pPuU]\{|\(\?[^:]/.test(pattern))).toEqual([]);
  });

  it('says that a status is known in any case, and that a canceled order has a reason', () => {
    const order = at(document, 'components', 'schemas', 'NewOrder') as { anyOf: { required?: string[] }[] };

    expect(
      new RegExp(String(at(document, 'components', 'schemas', 'NewOrder', 'properties', 'status', 'pattern'))).test(
        'InProcess',
      ),
    ).toBe(true);
    expect(order.anyOf.some(({ required }) => required?.includes('reasonForCancellation'))).toBe(true);
  });

  it('describes an address exactly as it is checked', () => {
    const email = at(document, 'components', 'schemas', 'SendEmail', 'properties', 'from', 'properties', 'email') as {
      maxLength: number;
      allOf: { pattern: string }[];
    };
    const described = (address: string) =>
      address.length <= email.maxLength && email.allOf.every(({ pattern }) => new RegExp(pattern, 'u').test(address));
    const label = fc.stringMatching(/^[a-zA-Z0-9-]{0,65}$/);
    const local = fc.oneof(fc.stringMatching(/^[a-z.+"]{0,70}$/), fc.string({ maxLength: 5 }));

    fc.assert(
      fc.property(local, fc.array(label, { maxLength: 4 }), (name, labels) => {
        const address = `${name}@${labels.join('.')}`;
        expect(described(address)).toBe(address.length <= 254 && isAddress(address));
      }),
      {
        numRuns: 2_000,
        examples: [
          ['a'.repeat(64), ['b', 'co']],
          ['a'.repeat(65), ['b', 'co']],
          ['a', ['b', '1']],
          ['a', ['b', '1-1']],
        ],
      },
    );
  });

  it('requires the key except on public routes', () => {
    expect(document.security).toEqual([{ apiKey: [] }]);
    expect(at(document, 'components', 'securitySchemes', 'apiKey', 'scheme')).toBe('bearer');
    expect(at(document, 'paths', '/health', 'get', 'security')).toEqual([]);
    expect(at(document, 'paths', '/upload', 'post', 'security')).toEqual([{ apiKey: ['send'] }]);
    const open = ROUTES.filter(({ path, method }) => {
      const security = at(document, 'paths', path, method, 'security') as unknown[];
      return security.length === 0;
    });
    expect(open.map(({ path }) => path)).toEqual(['/unsubscribe/{token}', '/unsubscribe/{token}', '/health']);
  });

  it('describes the upload as a form, without defaults that would send something', () => {
    const form = at(document, 'paths', '/upload', 'post', 'requestBody', 'content', 'multipart/form-data', 'schema');

    expect(form).toMatchObject({ properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] });
    expect(form).toMatchObject({ properties: { campaignId: { default: '' }, sendAt: { default: '' } } });
  });

  it('has examples that match their schemas', () => {
    const shown = ROUTES.flatMap(({ answers }) => Object.values(answers)).filter(
      ({ example }) => example !== undefined,
    );

    expect(shown.length).toBeGreaterThan(8);
    for (const { schema, example } of shown) expect(schema?.parse(example)).toEqual(example);
    expect(
      at(document, 'paths', '/upload', 'post', 'responses', '413', 'content', 'application/problem+json', 'example'),
    ).toMatchObject({ code: 'FileTooLarge', status: 413 });
  });

  it('shows problems as they are answered, also those of API Gateway', () => {
    const answers = at(document, 'paths', '/campaigns/{batchId}/redrive', 'post', 'responses') as Record<
      string,
      object
    >;

    expect(
      at(answers, '409', 'content', 'application/problem+json', 'examples', 'only unconfirmed rows'),
    ).toMatchObject({
      value: { status: 409, code: 'UnconfirmedUndecided', unconfirmed: 2, detail: expect.stringContaining('2 rows') },
    });
    expect(at(answers, '403', 'content', 'application/json', 'example')).toEqual({ message: 'Forbidden' });
  });

  it('lists aliases behind what they stand for', () => {
    const campaigns = ROUTES.filter(({ tag }) => tag === 'Campaigns').map(({ path }) => path);
    expect([campaigns[0], campaigns.at(-1)]).toEqual(['/upload', '/campaigns/upload']);
  });

  it('documents a new route from one entry', () => {
    const answers = {
      200: { description: 'OK', schema: z.object({ perSecond: z.number() }), example: { perSecond: 5 } },
    };
    const more = openApiDocument([
      { method: 'get', path: '/rate', operationId: 'getRate', tag: 'Operations', summary: 'The rate', answers },
    ]);

    expect(at(more, 'paths', '/rate', 'get', 'responses', '200', 'content', 'application/json', 'example')).toEqual({
      perSecond: 5,
    });
  });
});

describe('answers', () => {
  const arn = 'arn:aws:states:us-east-1:000000000000:execution:pregon-dev-campaign:b1';

  it('of a campaign and an upload match their schemas', () => {
    const record = campaignRecord({ campaignId: 'spring', reason: 'stopped', finishedAt: '2026-11-22T11:00:00.000Z' });
    const counts = { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1 };

    const campaign = campaignAnswer(record, { counts, unconfirmed: 1 }, arn);
    const upload = uploadAnswer({ record, duplicate: true, skippedRows: [] }, arn, counts);

    expect(campaignSchema.parse(campaign)).toEqual(campaign);
    expect(uploadAnswerSchema.parse(upload)).toEqual(upload);
    expect(upload).toMatchObject({ enqueued: 0, skipped: 3, duplicate: true, statusUrl: '/campaigns/b1', counts });
    expect(campaign.executionArn).toBe(arn);
  });
});

describe('the fields of an upload', () => {
  const parse = (fields: Record<string, unknown>) => parseInput(uploadFieldsSchema, fields, 'The form');

  it('may be left out or empty', () => {
    expect(parse({})).toEqual({});
    expect(parse({ campaignId: '', sendAt: '', dryRun: '', format: '', encoding: '' })).toEqual({});
  });

  it('are converted to their values', () => {
    expect(parse({ campaignId: 'spring-1', sendAt: '2026-12-24T08:00+01:00', dryRun: 'true', format: 'html' })).toEqual(
      {
        campaignId: 'spring-1',
        sendAt: '2026-12-24T07:00:00.000Z',
        dryRun: true,
        format: 'html',
      },
    );
  });

  it.each([
    ['2026-12-24T08:00:00+0000', '2026-12-24T08:00:00.000Z'],
    ['2026-12-24T08:00:00+0530', '2026-12-24T02:30:00.000Z'],
    ['2026-12-24t08:00:00z', '2026-12-24T08:00:00.000Z'],
    ['2026-12-24 08:00:00Z', '2026-12-24T08:00:00.000Z'],
    ['2026-12-24T08:00:00.5Z', '2026-12-24T08:00:00.500Z'],
    ['2026-12-24T08:00:00,5Z', '2026-12-24T08:00:00.500Z'],
    ['2026-12-24T08:00:00.123456789012Z', '2026-12-24T08:00:00.123Z'],
    [' 2026-12-24T08:00:00Z\n', '2026-12-24T08:00:00.000Z'],
    // An hour that the clocks of Madrid skip is a time in UTC as any other.
    ['2027-03-28T02:30:00+01:00', '2027-03-28T01:30:00.000Z'],
  ])('take the time %j in any form of ISO 8601 and RFC 3339', (sendAt, time) => {
    expect(parse({ sendAt })).toEqual({ sendAt: time });
  });

  it.each([
    ['campaignId', 'Spring'],
    ['campaignId', 'x'.repeat(33)],
    ['sendAt', 'tomorrow'],
    ['sendAt', '2026-12-24'],
    ['sendAt', '2026-12-24T08:00:00'],
    ['sendAt', '2026-02-30T08:00:00Z'],
    ['sendAt', '2026-12-24T24:00:00Z'],
    ['sendAt', '2026-12-31T23:59:60Z'],
    ['sendAt', '10000-01-01T00:00:00Z'],
    ['sendAt', '2026-12-24Z'],
    ['sendAt', '1798099200'],
    ['dryRun', 'maybe'],
    ['format', 'markdown'],
    ['encoding', 'cp437'],
    ['dryrun', 'true'],
  ])('%s=%s is refused with the name of the field', (field, value) => {
    expect(() => parse({ [field]: value })).toThrow(field);
  });
});

describe('the query of a page', () => {
  it('has a limit from 1 to 100', () => {
    expect(parseInput(pageQuerySchema, {}, 'The query').limit).toBe(20);
    expect(parseInput(pageQuerySchema, { limit: '100' }, 'The query').limit).toBe(100);
    for (const limit of ['0', '101', '1.5', 'ten', '']) {
      expect(() => parseInput(pageQuerySchema, { limit }, 'The query')).toThrow('limit');
    }
  });
});
