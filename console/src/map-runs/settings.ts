import type { MapRunSettings } from '../api/types.ts';
import { formatCount } from '../format/number.ts';
import { later } from '../i18n/later.ts';

const texts = later.mapRuns.limits;

interface Field {
  readonly id: keyof MapRunSettings;
  readonly max: number;
  readonly whole: boolean;
}

/** The limits, in the format of UpdateMapRun. */
export const FIELDS: readonly Field[] = [
  {
    id: 'maxConcurrency',
    max: 10_000,
    whole: true,
  },
  {
    id: 'toleratedFailureCount',
    max: 100_000_000,
    whole: true,
  },
  {
    id: 'toleratedFailurePercentage',
    max: 100,
    whole: false,
  },
];

/** The fields as the user types them. */
export type Fields = Record<keyof MapRunSettings, string>;

export function writeFields(settings: MapRunSettings): Fields {
  return {
    maxConcurrency: String(settings.maxConcurrency),
    toleratedFailureCount: String(settings.toleratedFailureCount),
    toleratedFailurePercentage: String(settings.toleratedFailurePercentage),
  };
}

export function readFields(fields: Fields): MapRunSettings {
  return {
    maxConcurrency: Number(fields.maxConcurrency),
    toleratedFailureCount: Number(fields.toleratedFailureCount),
    toleratedFailurePercentage: Number(fields.toleratedFailurePercentage),
  };
}

/** The error of a typed limit. Undefined when it is valid. */
export function problemOf({ max, whole }: Field, text: string): string | undefined {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) return texts.notNumber;
  if (whole && !Number.isInteger(value)) return texts.notWhole;
  if (value < 0 || value > max) return texts.outside(formatCount(max));
  return undefined;
}
