import { z } from 'zod';
import { redriveBodySchema } from '../../../api/campaigns.ts';
import { parseEmailRequest } from '../../../api/emails.ts';
import { parseNewOrder, parseOrderPatch } from '../../../api/orders.ts';
import { parseInput, parseJsonBody, readJson } from '../../../api/parse.ts';
import { problemOf, problemSchema } from '../../../api/problem.ts';
import { parseNotificationRequest } from '../../../api/requests.ts';
import { PregonError } from '../../../core/errors.ts';

describe('a problem document', () => {
  it('has code, detail and the members that the error adds', () => {
    const problem = problemOf(
      new PregonError('InvalidCsv', 'Line 3 has a NUL character.', { line: 3, status: 'x' }),
      'r1',
    );

    expect(problem).toEqual({
      type: 'urn:pregon:problem:InvalidCsv',
      title: 'The CSV file is not valid',
      status: 400,
      detail: 'Line 3 has a NUL character.',
      error: 'Line 3 has a NUL character.',
      code: 'InvalidCsv',
      line: 3,
    });
    expect(problemSchema.safeParse(problem).success).toBe(true);
  });

  it.each([
    ['an unknown error', new Error('password=hunter2')],
    ['an internal error', new PregonError('Internal', 'password=hunter2', { secret: 'hunter2' })],
    ['a value that is not an error', 'hunter2'],
  ])('masks %s and gives the id to report', (_name, error) => {
    const problem = problemOf(error, 'request-1');

    expect(problem).toMatchObject({ status: 500, code: 'Internal', requestId: 'request-1' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('parsing input', () => {
  const schema = z.strictObject({ a: z.string(), b: z.number().default(1) });

  it('names every wrong field', () => {
    expect(() => parseInput(schema, { b: 'x' }, 'The form')).toThrow(/The form is not valid\. a: .+; b: .+\./);
  });

  it.each([
    ['bytes that are not UTF-8', '{"a":\n "caf\ufffd"}', 'line 2, column 6'],
    ['half a surrogate pair', '{"a":{"b":["\\ud83d"]}}', 'a.b.0: half a surrogate pair'],
    ['half a surrogate pair in a name', '{"\\udc00":1}', 'A name in it'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'more than 64 levels'],
    ['a name that is there twice', '{"to":"a","to":"b"}', '"to" is there twice'],
  ])('refuses %s with the status of each route', (_name, body, words) => {
    const refused = (status: number) => expect.objectContaining({ status, message: expect.stringContaining(words) });
    for (const read of [readJson, parseNewOrder, parseEmailRequest]) expect(() => read(body)).toThrow(refused(400));
    expect(() => parseNotificationRequest(body)).toThrow(refused(422));
  });

  it('ignores a byte order mark before JSON', () => {
    expect(parseJsonBody(schema, '\ufeff{"a":"x"}')).toEqual({ a: 'x', b: 1 });
    expect(parseNewOrder('\ufeff{"orderId":"b","status":"received","description":"d"}').orderId).toBe('b');
  });

  it('counts null for an optional member as left out, at every depth', () => {
    const email = { from: { email: 'a@example.com', name: null }, subject: 's', plainContent: 'p', htmlContent: null };
    const order = {
      orderId: 'n',
      status: 'received',
      description: 'd',
      customer: { email: 'a@example.com', name: null },
    };

    expect(
      parseEmailRequest(JSON.stringify({ ...email, destinations: [{ email: 'b@example.com', name: null }] })),
    ).toStrictEqual({
      from: { email: 'a@example.com' },
      destinations: [{ email: 'b@example.com' }],
      subject: 's',
      plainContent: 'p',
    });
    expect(parseNewOrder(JSON.stringify(order))).toStrictEqual({ ...order, customer: { email: 'a@example.com' } });
    expect(parseOrderPatch('n', JSON.stringify({ customer: null, deliveryDate: null }))).toStrictEqual({});
    expect(parseJsonBody(redriveBodySchema, '{"unconfirmed":null}')).toStrictEqual({});
  });

  it('refuses null for a required member, and an unknown member that is null', () => {
    const email = { from: null, destinations: [{ email: 'b@example.com' }], subject: 's', plainContent: 'p' };

    expect(() => parseEmailRequest(JSON.stringify(email))).toThrow('from:');
    expect(() => parseJsonBody(redriveBodySchema, '{"unconfirmd":null}')).toThrow('unconfirmd');
  });

  it('refuses a NUL in what is mailed', () => {
    const email = { from: { email: 'a@example.com' }, destinations: [{ email: 'b@example.com' }], subject: 's' };

    expect(() => parseEmailRequest(JSON.stringify({ ...email, plainContent: 'a\0b' }))).toThrow('plainContent: a NUL');
    expect(() => parseNewOrder('{"orderId":"b","status":"received","description":"a\\u0000"}')).toThrow(
      'description: a NUL',
    );
    expect(() => parseNotificationRequest('{"to":"a","message":"a\\u0000","type":"sms"}')).toThrow('message: a NUL');
  });

  it.each(['2025-02-30', '2025-02-29', '2025-04-31', '2025-01-31T24:00', '2025-01-31T08:00+99:00', 'mañana'])(
    'refuses the date %s of an order',
    (registerDate) => {
      const order = { orderId: 'n', status: 'received', description: 'd', registerDate };
      expect(() => parseNewOrder(JSON.stringify(order))).toThrow('registerDate');
    },
  );

  it('takes an absent body for an empty object and refuses a body that is not JSON', () => {
    const optional = z.strictObject({ a: z.string().optional() });

    expect(parseJsonBody(optional, undefined)).toEqual({});
    expect(parseJsonBody(optional, ' ')).toEqual({});
    expect(() => parseJsonBody(optional, '{')).toThrow('not valid JSON');
    expect(() => parseJsonBody(optional, 'null')).toThrow(PregonError);
  });
});
