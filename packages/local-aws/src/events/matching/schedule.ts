/** A schedule expression that cannot be read. */
export class ScheduleError extends Error {
  override readonly name = 'ValidationException';
}

/** The next time after `after` at which a schedule is due, both in milliseconds since the epoch; undefined if there is none. */
export type Schedule = (after: number) => number | undefined;

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads `rate(5 minutes)`, `cron(0 12 * * ? *)` (UTC) or `at(2026-11-22T10:00:00)`. */
export function parseSchedule(expression: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate?.[1] && rate[2]) {
    const period = Number(rate[1]) * (UNIT_MS[rate[2]] ?? 0);
    if (period > 0) return (after) => after + period;
  }
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression);
  if (at) {
    const time = Date.parse(`${at[1]}Z`);
    return (after) => (time > after ? time : undefined);
  }
  const cron = /^cron\((.+)\)$/.exec(expression);
  if (cron?.[1]) return parseCron(cron[1].trim().split(/\s+/), expression);
  throw new ScheduleError(`Parameter ScheduleExpression is not valid: ${expression}`);
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function parseCron(fields: readonly string[], expression: string): Schedule {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year) {
    throw new ScheduleError(`Parameter ScheduleExpression is not valid: ${expression} needs six fields`);
  }
  const minutes = field(minute, 0, 59, [], expression);
  const hours = field(hour, 0, 23, [], expression);
  const lastDay = dayOfMonth === 'L';
  const days = lastDay ? new Set<number>() : field(dayOfMonth, 1, 31, [], expression);
  const months = field(month, 1, 12, MONTHS, expression);
  const weekdays = field(dayOfWeek, 1, 7, DAYS, expression);
  const years = field(year, 1970, 2199, [], expression);

  const dayFits = (date: Date) => {
    const inMonth = lastDay ? date.getUTCDate() === daysIn(date) : days.has(date.getUTCDate());
    return inMonth && weekdays.has(date.getUTCDay() + 1);
  };
  return (after) => {
    const date = new Date(after);
    date.setUTCSeconds(0, 0);
    date.setUTCMinutes(date.getUTCMinutes() + 1);
    while (date.getUTCFullYear() <= 2199) {
      if (!years.has(date.getUTCFullYear())) date.setTime(Date.UTC(date.getUTCFullYear() + 1, 0));
      else if (!months.has(date.getUTCMonth() + 1))
        date.setTime(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1));
      else if (!dayFits(date)) date.setUTCHours(24, 0, 0, 0);
      else if (!hours.has(date.getUTCHours())) date.setUTCHours(date.getUTCHours() + 1, 0, 0, 0);
      else if (!minutes.has(date.getUTCMinutes())) date.setUTCMinutes(date.getUTCMinutes() + 1, 0, 0);
      else return date.getTime();
    }
    return undefined;
  };
}

const daysIn = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** `*`, `?`, `5`, `1-5`, `MON-FRI`, `0/15`, and lists of them. */
function field(text: string, low: number, high: number, names: readonly string[], expression: string): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part);
    if (!match?.[1])
      throw new ScheduleError(`Parameter ScheduleExpression is not valid: ${expression}: ${part} is not emulated`);
    const all = match[1] === '*' || match[1] === '?';
    const from = all ? low : number(match[1], low, names);
    const to = match[2] !== undefined ? number(match[2], low, names) : all || match[3] !== undefined ? high : from;
    const step = Number(match[3] ?? 1);
    if (!(from >= low && to <= high && from <= to && step > 0)) {
      throw new ScheduleError(`Parameter ScheduleExpression is not valid: ${expression}: ${part} is out of range`);
    }
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function number(text: string, low: number, names: readonly string[]): number {
  const named = names.indexOf(text.toUpperCase());
  return named === -1 ? Number(text) : named + low;
}
