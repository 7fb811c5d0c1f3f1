import { createHash, randomUUID } from 'node:crypto';
import type { Expression } from 'jsonata';
import type { Json } from '../../json.ts';

const ALGORITHMS = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/** The limit of $range: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
const RANGE_LIMIT = 1000;

function partition(values: Json[], size: number): Json[][] | undefined {
  if (!Number.isInteger(size) || size <= 0) throw new Error('$partition needs a chunk size that is a positive integer');
  const chunks: Json[][] = [];
  for (let start = 0; start < values.length; start += size) chunks.push(values.slice(start, start + size));
  return chunks;
}

function range(first: number, last: number, step: number): number[] {
  if (step === 0) throw new Error('$range needs a step other than 0');
  const length = Math.floor((last - first) / step) + 1;
  if (length > RANGE_LIMIT) throw new Error(`$range cannot make more than ${RANGE_LIMIT} values`);
  return Array.from({ length: Math.max(0, length) }, (_, i) => first + i * step);
}

function hash(data: string, name: string): string {
  const algorithm = ALGORITHMS.get(name);
  if (algorithm === undefined) throw new Error(`$hash knows ${[...ALGORITHMS.keys()].join(', ')}, not ${name}`);
  return createHash(algorithm).update(data).digest('hex');
}

/** The first double of java.util.Random with this seed, which is what Step Functions answers. */
function seeded(seed: number): number {
  const mask = (1n << 48n) - 1n;
  const next = (state: bigint) => (state * 0x5deece66dn + 0xbn) & mask;
  const first = next((BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask);
  const second = next(first);
  return Number(((first >> 22n) << 27n) + (second >> 21n)) / 2 ** 53;
}

/** Adds the functions of Step Functions and removes $eval, which Step Functions lacks. */
export function registerFunctions(expression: Expression, random: () => number): void {
  expression.registerFunction('partition', partition, '<an:a>');
  expression.registerFunction('range', range, '<nnn:a>');
  expression.registerFunction('hash', hash, '<ss:s>');
  expression.registerFunction('random', (seed?: number) => (seed === undefined ? random() : seeded(seed)), '<n?:n>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction(
    'parse',
    (text?: string) => (text === undefined ? undefined : JSON.parse(text)),
    '<s?:x>',
  );
  expression.assign('eval', undefined);
}
