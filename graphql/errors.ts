import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { PregonError } from '../core/errors.ts';

/** Told of each error that is hidden from the caller. */
export type ReportFault = (error: Error) => void;

/**
 * The one place where errors are shown or masked. GraphQL's own errors say what is wrong with the request; an error of
 * the catalogue shows its code and detail; anything else becomes `Internal error` with the request's id to look it up by.
 */
export function formatError(error: GraphQLError, requestId: string, report: ReportFault): GraphQLFormattedError {
  const cause = rootCause(error);
  if (cause instanceof GraphQLError) return withCode(error, cause.extensions.code ?? 'BadRequest');
  if (cause instanceof PregonError && cause.class !== 'internal') return withCode(error, cause.code);
  report(cause);
  return { ...error.toJSON(), message: 'Internal error', extensions: { code: 'Internal', requestId } };
}

function rootCause(error: GraphQLError): Error {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function withCode(error: GraphQLError, code: unknown): GraphQLFormattedError {
  return { ...error.toJSON(), extensions: { code } };
}
