import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** ISO 8601: a date, or a date and time with a zone. */
const ISO_8601 = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/i;

/** The time in the format of the ledger (UTC, milliseconds); undefined when the text is not an ISO 8601 date or time with a zone. */
export function parseInstant(text: string): string | undefined {
  const match = ISO_8601.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number);
  if (!isCalendarDay(year, month, day)) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** Date.parse accepts 30 February as 1 or 2 March, which would change a filter silently. */
function isCalendarDay(year = 0, month = 0, day = 0): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function parse(value: unknown): string {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined) {
    throw new GraphQLError(
      `DateTime must be an ISO 8601 time with a zone, such as "2026-11-22T10:00:00Z", or a date; got ${JSON.stringify(value)}`,
    );
  }
  return instant;
}

/** Named `DateTime`, unlike TypeGraphQL's own. Times are the ISO 8601 strings of the ledger, without conversion. */
export const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description:
    'ISO 8601. Answers are in UTC with milliseconds: `2026-11-22T10:00:00.000Z`. ' +
    'Arguments need a zone, or are a date alone, which is its midnight in UTC.',
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});
