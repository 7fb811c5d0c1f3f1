import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LogQuery {
  /** Only what these invocations wrote. Without any, the invocations that wrote a line in the time between `from` and `to`. */
  readonly requestId?: string;
  /** Milliseconds since the epoch, both inclusive. From 0 to Number.MAX_SAFE_INTEGER is everything. */
  readonly from: number;
  readonly to: number;
  /** The last lines, if there are more. */
  readonly limit: number;
}

/** Request id of a line: in a report, a text line or a JSON line. */
const REQUEST_ID = /RequestId: ([\w-]{36})|^[\d:.TZ-]+\t([\w-]{36})\t|"function_request_id":"([\w-]{36})"/;

/** Lines of a function's log. A function that has written nothing has none. */
export async function readLogs(dir: string, functionName: string, query: LogQuery): Promise<string[]> {
  const files = await Promise.all(
    [`${functionName}.1.log`, `${functionName}.log`].map((name) => textOf(join(dir, name))),
  );
  return selectLines(files.join('').split('\n'), query);
}

/** The lines of a query, in their order. A report has no time of its own and belongs to the invocation that it names. */
export function selectLines(lines: readonly string[], { requestId, from, to, limit }: LogQuery): string[] {
  if (requestId === undefined && from === 0 && to === Number.MAX_SAFE_INTEGER) {
    return lines.filter((line) => line !== '').slice(-limit);
  }
  const isWithin = (line: string) => {
    const at = timeOf(line);
    return at !== undefined && at >= from && at <= to;
  };
  const ids =
    requestId === undefined ? new Set(lines.filter(isWithin).map(requestOf)) : new Set<string | undefined>([requestId]);
  ids.delete(undefined);
  return lines.filter((line) => ids.has(requestOf(line))).slice(-limit);
}

function requestOf(line: string): string | undefined {
  return REQUEST_ID.exec(line)
    ?.slice(1)
    .find((id) => id !== undefined);
}

/** The time at the start of a text line, or in the `timestamp` of a JSON line. */
function timeOf(line: string): number | undefined {
  const text = /^(\d{4}-[\d:.T-]+Z)\t|"timestamp":"(\d{4}-[\d:.T-]+Z)"/.exec(line);
  const at = Date.parse(text?.[1] ?? text?.[2] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
