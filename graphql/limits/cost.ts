import { GraphQLError, type ValidationRule } from 'graphql';
import {
  type ComplexityEstimator,
  createComplexityRule,
  fieldExtensionsEstimator,
  simpleEstimator,
} from 'graphql-query-complexity';

/** One page of 1,000 sends with all their fields is allowed, two are not. */
export const MAX_COST = 30_000;

/** What a field costs besides the point of every field: about one point for each DynamoDB request or AWS call it makes. */
export const COST = {
  /** A list of sends queries up to 16 shards. */
  list: 100,
  lookup: 10,
  /** Counting a running campaign queries 16 shards for each of two statuses. */
  counts: 32,
  command: 1_000,
} as const;

/** A list costs its page size times the cost of an item. Without a `sizeArgument` its size is fixed. */
export const pageCost =
  (sizeArgument: 'first' | 'limit' | undefined, defaultSize: number): ComplexityEstimator =>
  ({ args, childComplexity }) => {
    const size: unknown = sizeArgument && args[sizeArgument];
    // A negative size is refused later, and must not make the query cheaper here.
    return COST.list + Math.max(typeof size === 'number' ? size : defaultSize, 1) * childComplexity;
  };

/** A field that costs `points` and the cost of its own fields. */
export const fixedCost =
  (points: number): ComplexityEstimator =>
  ({ childComplexity }) =>
    points + childComplexity;

/** A validation rule that refuses operations which cost more than `maximum`. */
export const costLimit = (
  maximum: number,
  variables: Record<string, unknown>,
  operationName: string | undefined,
): ValidationRule =>
  createComplexityRule({
    maximumComplexity: maximum,
    variables,
    ...(operationName === undefined ? {} : { operationName }),
    estimators: [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })],
    createError: (max, actual) =>
      new GraphQLError(
        `The query costs ${actual} points (page size × fields); at most ${max} are allowed. Ask for fewer fields or smaller pages`,
        { extensions: { code: 'QueryTooExpensive' } },
      ),
  });
