/** Every day of the calendar, leap years included: `Date.parse` would take 30 February for 2 March. */
const DAY =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)';
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,12})?)?';
const ZONE = '(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])';

/** A date, or a date and time with or without a zone, in ISO 8601. JSON Schema takes its source for a pattern. */
export const ISO_TIME = new RegExp(`^${DAY}(?:[Tt ]${TIME}${ZONE}?)?$`);
const DATE_ALONE = new RegExp(`^${DAY}$`);
const WITH_ZONE = new RegExp(`^${DAY}[Tt ]${TIME}${ZONE}$`);

export const isDateAlone = (text: string): boolean => DATE_ALONE.test(text);

/**
 * The time in the format of the ledger (UTC, milliseconds). A date alone is its midnight in UTC. Undefined when the text is not a date
 * or time of ISO 8601, and when it is a time without a zone, unless `zone` says which to take.
 */
export function parseTime(text: string, zone?: 'Z'): string | undefined {
  if (!ISO_TIME.test(text)) return undefined;
  const known = isDateAlone(text) || WITH_ZONE.test(text);
  if (!known && zone === undefined) return undefined;
  const standard = (known ? text : `${text}${zone}`)
    .toUpperCase()
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/([+-]\d\d)(\d\d)$/, (offset, hours, minutes) => (isDateAlone(text) ? offset : `${hours}:${minutes}`));
  const time = Date.parse(standard);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The same for a time that must name its zone. */
export const parseZonedTime = (text: string): string | undefined =>
  WITH_ZONE.test(text) ? parseTime(text) : undefined;
