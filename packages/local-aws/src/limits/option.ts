import { type Bucket, LimitError, type LimitSettings, limitsOf } from './limits.ts';

/**
 * Reads the values of a `--limits` option: `off=NAME,…`, `off=all`, `NAME=NUMBER` or, for a quota of calls,
 * `NAME=BUCKET/PER_SECOND`. @throws LimitError also for what `limitsOf` refuses
 */
export function readLimits(texts: readonly string[]): LimitSettings {
  const settings: Record<string, false | number | Bucket> = {};
  for (const text of texts) {
    const [, name, value] = /^([\w.]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new LimitError(`"${text}" is not off=NAME,… or NAME=VALUE`);
    if (name === 'off') for (const each of value.split(',')) settings[each.trim()] = false;
    else settings[name] = limitValue(name, value);
  }
  limitsOf(settings as LimitSettings);
  return settings as LimitSettings;
}

function limitValue(name: string, text: string): number | Bucket {
  const [, first, second] = /^(\d+)(?:\/(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  if (first === undefined) throw new LimitError(`The limit ${name} takes NUMBER or BUCKET/PER_SECOND, not "${text}"`);
  return second === undefined ? Number(first) : { bucket: Number(first), perSecond: Number(second) };
}
