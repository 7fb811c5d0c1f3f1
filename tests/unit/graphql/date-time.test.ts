import { DateTimeScalar, parseInstant } from '../../../graphql/types/date-time.ts';

test.each([
  ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
  ['2026-11-22T10:00Z', '2026-11-22T10:00:00.000Z'],
  ['2026-11-22t10:00:00.5z', '2026-11-22T10:00:00.500Z'],
  ['2026-11-22T10:00:00.123456Z', '2026-11-22T10:00:00.123Z'],
  ['2026-11-22T10:00:00-03:00', '2026-11-22T13:00:00.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(parseInstant(text)).toBe(instant);
});

test.each([
  '',
  'now',
  '2026-11-22T10:00:00',
  '2026-13-01',
  '2026-02-29',
  '2026-04-31T10:00:00Z',
  '2026-11-22T25:00:00Z',
  '22/11/2026',
  '1795341600',
])('%p is not a time', (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

test('answers have milliseconds', () => {
  expect(DateTimeScalar.serialize('2026-11-22T10:00:00.000Z')).toBe('2026-11-22T10:00:00.000Z');
});
