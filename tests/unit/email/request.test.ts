import { parseEmailRequest } from '../../../api/emails.ts';
import { allowedSenders, checkSender } from '../../../core/email/senders.ts';
import { emailRequest } from './deps.ts';

const parse = (changes: Record<string, unknown>) =>
  parseEmailRequest(JSON.stringify({ ...emailRequest(), ...changes }));
const fieldsOf = (changes: Record<string, unknown>): unknown => {
  try {
    return parse(changes);
  } catch (error) {
    const { extra } = error as { extra: { issues: { field: string }[] } };
    return extra.issues.map(({ field }) => field);
  }
};

describe('a request to send', () => {
  it('is the one of the document', () => {
    expect(parse({})).toEqual(emailRequest());
    expect(parse({ destinations: [{ email: 'a@b.co' }] }).destinations).toEqual([{ email: 'a@b.co' }]);
  });

  it('names each address once: the first spelling stays', () => {
    const destinations = ['Ana@Example.com', 'b@example.com', 'ana@example.com'].map((email) => ({ email }));

    expect(parse({ destinations }).destinations.map(({ email }) => email)).toEqual([
      'Ana@Example.com',
      'b@example.com',
    ]);
  });

  it.each([
    [{ from: undefined }, ['from']],
    [{ from: { email: 'nobody' } }, ['from.email']],
    [{ destinations: [] }, ['destinations']],
    [{ destinations: [{ email: 'a@b.co' }, { email: 'x' }] }, ['destinations.1.email']],
    [{ destinations: Array.from({ length: 101 }, (_, n) => ({ email: `a${n}@b.co` })) }, ['destinations']],
    [{ destinations: [{ email: 'a@b.co', name: 'A\r\nBcc: c@d.co' }] }, ['destinations.0.name']],
    [{ subject: 'a\nb', plainContent: '' }, ['subject', 'plainContent']],
    [{ subject: 'a'.repeat(999) }, ['subject']],
    [{ plainContent: 'é'.repeat(70_000), htmlContent: 'é'.repeat(70_000) }, ['plainContent']],
    [{ subjekt: 'a' }, ['']],
  ])('is refused with the fields that are wrong: %#', (changes, fields) => {
    expect(fieldsOf(changes)).toEqual(fields);
  });

  it.each([
    ['a', 51_000, 53_000],
    // Quotes and line breaks are escaped in the answer, which is itself a string of the Lambda's.
    ['"', 12_000, 13_500],
    ['\n', 17_000, 18_000],
    ['é', 25_500, 26_500],
  ])('has as many destinations as its status can be answered for: %j', (letter, taken, refused) => {
    const destinations = Array.from({ length: 100 }, (_, n) => ({ email: `a${n}@b.co` }));
    const content = (length: number) => ({ destinations, plainContent: letter.repeat(length) });

    expect(parse(content(taken)).destinations).toHaveLength(100);
    expect(fieldsOf(content(refused))).toEqual(['destinations']);
    expect(() => parse(content(refused))).toThrow(/at most 9\d destinations in one request: use several requests/);
    // Addresses that are repeated are answered once.
    expect(
      parse({ ...content(refused), destinations: destinations.slice(0, 90).concat(destinations.slice(0, 10)) }),
    ).toBeDefined();
  });

  it('is refused when it is not JSON, or empty', () => {
    expect(() => parseEmailRequest('{')).toThrow('not valid JSON');
    expect(() => parseEmailRequest(undefined)).toThrow('from: ');
  });
});

describe('the senders that are allowed', () => {
  it('are addresses and domains in any case, their subdomains not included', () => {
    const allowed = allowedSenders('Hello@Pregon.test, example.com');

    expect(['hello@pregon.TEST', 'anyone@example.com'].map(allowed)).toEqual([true, true]);
    expect(['other@pregon.test', 'a@sub.example.com', 'a@notexample.com', 'a@example.com.test'].map(allowed)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('are with *@ those of exactly this domain, and with *. those of its subdomains at any depth', () => {
    const exact = allowedSenders('*@shop.example');
    expect(exact('news@shop.example')).toBe(true);
    expect(['a@badshop.example', 'a@eu.shop.example', 'a@b@badshop.example'].map(exact)).toEqual([false, false, false]);

    const below = allowedSenders('*.shop.example');
    expect(['a@eu.shop.example', 'a@x.eu.shop.example'].map(below)).toEqual([true, true]);
    expect(['a@shop.example', 'a@badshop.example', 'a.shop.example@other.test'].map(below)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    '*shop.example',
    'news*@shop.example',
    '*@*.shop.example',
    'news@*.shop.example',
    'shop.*',
    '*.example',
    'n?ws@shop.example',
    '$news@shop.example',
    'shop.example a@b.example',
    '*@',
    '@shop.example',
  ])('are never %s, and the list says what may stand in it', (entry) => {
    expect(() => allowedSenders(`a.example,${entry},b.example`)).toThrow(
      `AllowedSenders: ${JSON.stringify(entry)} is not valid. Each entry is an address, a domain or *@domain (its addresses), *.domain (its subdomains), or * alone`,
    );
  });

  it('are all with a star, and none with an empty list', () => {
    expect(allowedSenders('a.test,*')('x@y.z')).toBe(true);
    expect(() => checkSender(allowedSenders(''), 'x@y.z')).toThrow('from.email: x@y.z is not an allowed sender');
  });
});
