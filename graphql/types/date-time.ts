import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { parseTime } from '../../core/time.ts';

function parse(value: unknown): string {
  const instant = typeof value === 'string' ? parseTime(value) : undefined;
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
