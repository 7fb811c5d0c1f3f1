import type { JsonObject } from '../../json.ts';

/** The member of a history event that holds its details, by type. The entries of states share one. */
export function detailsKey(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

export const inputOf = (text: string): JsonObject => ({ input: text, inputDetails: { truncated: false } });
export const outputOf = (text: string): JsonObject => ({ output: text, outputDetails: { truncated: false } });

/** Only what is there: AWS leaves an absent error or cause out. */
export const failureOf = ({
  error,
  cause,
}: {
  error?: string | undefined;
  cause?: string | undefined;
}): JsonObject => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
});

/** Details that hold payloads; a history without execution data leaves these members out. */
export const DATA_MEMBERS = ['input', 'output', 'cause', 'parameters', 'assignedVariables'] as const;
