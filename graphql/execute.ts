import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { isTemporary, PregonError, unavailable } from '../core/errors.ts';
import type { GraphqlContext } from './context.ts';
import { costLimit, MAX_COST } from './limits/cost.ts';
import { depthLimit, MAX_DEPTH } from './limits/depth.ts';

/** The longest useful query, GraphiQL's introspection, has about 300 tokens. */
const MAX_TOKENS = 2_000;

/** Tells tools that do not know our codes that the request is wrong, as Spring for GraphQL names it. */
const CLIENT_ERROR = { classification: 'BAD_REQUEST' };

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
}

export interface ExecuteOptions {
  schema: GraphQLSchema;
  introspection: boolean;
  requestId: string;
  /** Called with each error that is masked in the answer. */
  report(error: Error): void;
}

export interface GraphqlAnswer {
  /** False when nothing was executed because the request itself is wrong. */
  executed: boolean;
  result: FormattedExecutionResult;
}

/** Parses, validates within the limits and executes one operation. */
export async function executeRequest(
  request: GraphqlRequest,
  context: GraphqlContext,
  options: ExecuteOptions,
): Promise<GraphqlAnswer> {
  const { schema, introspection } = options;
  const formatted = (error: GraphQLError) => formatError(error, options);
  const refused = (errors: readonly GraphQLError[]) => ({ executed: false, result: { errors: errors.map(formatted) } });

  const document = parsed(request.query);
  if (document instanceof GraphQLError) return refused([document]);
  const invalid = violations(schema, document, request, introspection);
  if (invalid.length > 0) return refused(invalid);

  const { data, errors } = await execute({
    schema,
    document,
    contextValue: context,
    variableValues: request.variables,
    operationName: request.operationName,
  });
  const result = errors ? { errors: errors.map(formatted) } : {};
  // Without data no field was resolved: a variable is wrong, or the document has no such operation.
  return data === undefined ? { executed: false, result } : { executed: true, result: { ...result, data } };
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** The cost is measured only for an otherwise valid document, which has no cycles of fragments. */
function violations(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variables = {}, operationName }: GraphqlRequest,
  introspection: boolean,
): readonly GraphQLError[] {
  const rules = [...specifiedRules, depthLimit(MAX_DEPTH), ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const errors = validate(schema, document, rules);
  if (errors.length > 0) return errors;
  try {
    return validate(schema, document, [costLimit(MAX_COST, variables, operationName)]);
  } catch (error) {
    // The rule throws when fragments multiply each other and the document becomes too long to walk.
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/**
 * Shows errors of GraphQL, which say what is wrong with the request, and errors of the catalogue with their code. Any other error is
 * masked: the caller gets the id of the request, by which the log is searched.
 */
function formatError(error: GraphQLError, { requestId, report }: ExecuteOptions): GraphQLFormattedError {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  const shown = (code: unknown, more = {}) => ({ ...error.toJSON(), extensions: { code, ...more } });
  if (cause instanceof GraphQLError) return shown(cause.extensions.code ?? 'BadRequest');
  if (cause instanceof PregonError && cause.class === 'input') return shown(cause.code, CLIENT_ERROR);
  if (cause instanceof PregonError && cause.class !== 'internal') return shown(cause.code);
  report(cause);
  if (isTemporary(cause)) {
    const { code, message, extra } = unavailable(cause);
    return { ...error.toJSON(), message, extensions: { code, ...extra } };
  }
  return { ...error.toJSON(), message: 'Internal error', extensions: { code: 'Internal', requestId } };
}
