import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { GraphqlContext } from './context.ts';
import { formatError, type ReportFault } from './errors.ts';
import { costLimit, MAX_COST } from './limits/cost.ts';
import { depthLimit, MAX_DEPTH } from './limits/depth.ts';
import type { GraphqlRequest } from './request.ts';

/** The longest useful query, GraphiQL's introspection, has some 300 tokens. */
const MAX_TOKENS = 2_000;

export interface ExecuteOptions {
  schema: GraphQLSchema;
  introspection: boolean;
  requestId: string;
  report: ReportFault;
}

export interface GraphqlAnswer {
  /** False when nothing was executed: the request itself is wrong. */
  executed: boolean;
  result: FormattedExecutionResult;
}

/** Parses, validates within the limits and executes one operation. */
export async function executeRequest(
  request: GraphqlRequest,
  context: GraphqlContext,
  { schema, introspection, requestId, report }: ExecuteOptions,
): Promise<GraphqlAnswer> {
  const formatted = (error: GraphQLError) => formatError(error, requestId, report);
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
  // Without data no field was resolved: a variable was wrong, or the operation is not in the document.
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

/** The cost is measured only of a document that is otherwise valid: cycles of fragments are gone by then. */
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
    // Thrown, not reported, when the walk itself grows too long (fragments that multiply each other).
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}
