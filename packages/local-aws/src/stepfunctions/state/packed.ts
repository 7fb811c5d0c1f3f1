import type { SQLInputValue } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Row } from './rows.ts';

/** Shorter texts become hardly smaller. */
const SHORT = 512;
/** The events of an execution repeat its input, so the fastest level takes most of it away. */
const LEVEL = 1;

/** A text as it is stored: a long one is compressed, because the payloads of an execution are in its history several times. */
export const pack = (text: string): SQLInputValue =>
  text.length < SHORT ? text : deflateRawSync(text, { level: LEVEL });

/** The text of a column that `pack` wrote. Earlier versions wrote every text as it is. */
export function unpack(row: Row, column: string): string {
  const value = row[column];
  return value instanceof Uint8Array ? inflateRawSync(value).toString() : String(value ?? '');
}
