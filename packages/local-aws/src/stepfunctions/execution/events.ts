import type { JsonObject } from '../../json.ts';

/** The name of the member with the details of an event. All StateEntered events share one, and so do all StateExited events. */
export function detailsKey(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

export const inputOf = (text: string): JsonObject => ({ input: text, inputDetails: { truncated: false } });
export const outputOf = (text: string): JsonObject => ({ output: text, outputDetails: { truncated: false } });

/** AWS omits a missing error or cause. */
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

/** Members of details that contain payloads. A history without execution data omits them. */
export const DATA_MEMBERS = ['input', 'output', 'cause', 'parameters', 'assignedVariables'] as const;
