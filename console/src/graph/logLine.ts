import { parseObject } from '../format/text.ts';

/** Fields that are the same in every line, or that the line already begins with. */
const KNOWN = /^(level|message|timestamp|service|cold_start|function_.*|sampling_rate|xray_trace_id)$/;

/**
 * A line of a log for people: time, level and message first, then the other fields. Undefined for metrics and for an empty line; text is
 * left as it is.
 */
export function readLogLine(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const fields = parseObject(line);
  if ('_aws' in fields) return undefined;
  const { timestamp, level, message } = fields;
  if (typeof message !== 'string') return line;
  const rest = Object.entries(fields).filter(([name]) => !KNOWN.test(name));
  const more = rest.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [timestamp, level, message, ...more].filter((part) => part !== undefined).join(' ');
}
