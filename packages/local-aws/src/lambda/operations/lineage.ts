import { createHash } from 'node:crypto';
import { AwsError } from '../../gateway/errors.ts';
import type { FunctionSpec } from '../definitions.ts';

/**
 * How often each function was invoked in a chain of messages and calls, by a hash of its ARN. The AWS SDK passes it on in the trace
 * header of its calls, and SQS keeps it with the message: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
export type Lineage = ReadonlyMap<string, number>;

/** "Approximately 16 times in the same chain of requests", from the page above. */
const MAX_PASSES = 16;
const HASH_LENGTH = 8;

/** Reads the lineages of trace headers, such as those of a batch of messages. For each function the longest one counts. */
export function lineageOf(traceHeaders: readonly (string | undefined)[]): Lineage {
  const lineage = new Map<string, number>();
  for (const header of traceHeaders) {
    const [, entries = ''] = /(?:^|;)Lineage=([^;]*)/.exec(header ?? '') ?? [];
    for (const [, hash = '', passes] of entries.matchAll(/\d+:([0-9a-f]+):(\d+)/g)) {
      lineage.set(hash, Math.max(lineage.get(hash) ?? 0, Number(passes)));
    }
  }
  return lineage;
}

/** The lineage of an invocation of the function: one pass more. */
export function withPass(lineage: Lineage, { arn }: Pick<FunctionSpec, 'arn'>): Lineage {
  const hash = hashOf(arn);
  return new Map(lineage).set(hash, (lineage.get(hash) ?? 0) + 1);
}

/** `Lineage=1:a87bd80c:3|1:68fd508a:2`, a part of a trace header; empty without an entry. */
export const lineageText = (lineage: Lineage): string =>
  lineage.size === 0 ? '' : `;Lineage=${[...lineage].map(([hash, passes]) => `1:${hash}:${passes}`).join('|')}`;

/** Whether Lambda stops this function, because it was invoked too often in this chain and does not allow it. */
export const isLoop = (lineage: Lineage, { arn, allowsLoops }: Pick<FunctionSpec, 'arn' | 'allowsLoops'>): boolean =>
  !allowsLoops && (lineage.get(hashOf(arn)) ?? 0) >= MAX_PASSES;

export const recursiveInvocation = (name: string) =>
  new AwsError(
    'RecursiveInvocationException',
    `Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function's invocation: ${name} ` +
      'was invoked 16 times in one chain. A function that puts messages back needs RecursiveLoop: Allow',
  );

const hashOf = (arn: string): string => createHash('sha256').update(arn).digest('hex').slice(0, HASH_LENGTH);
