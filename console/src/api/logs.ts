import { askProduct } from './product.ts';

/** The invocation of a Lambda function by its request id, or by the time (epoch seconds) where that is not known. */
export interface Invocation {
  readonly functionName: string;
  readonly requestId?: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** What a function has logged. Only a local stack tells. */
export async function readLogs({ functionName, requestId, from, to }: Invocation, signal: AbortSignal) {
  const query = new URLSearchParams({
    function: functionName,
    ...(requestId === undefined ? { from: isoOf(from), to: isoOf(to) } : { requestId }),
  });
  const { lines } = (await (await askProduct(`/_local/logs?${query}`, { signal })).json()) as { lines: string[] };
  return lines;
}

const isoOf = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();
