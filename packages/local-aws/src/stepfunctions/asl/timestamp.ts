const OFFSET_DATE_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds of an ISO 8601 extended offset date-time; undefined if the text is not one, or if the day does not exist. */
export function parseTimestamp(text: string): number | undefined {
  const date = OFFSET_DATE_TIME.exec(text)?.[1];
  if (date === undefined) return undefined;
  const day = new Date(`${date}T00:00:00Z`);
  // JavaScript reads February 30 as March 1.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
