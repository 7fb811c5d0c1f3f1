import type { MapRunSettings } from '../api/types.ts';

interface Field {
  readonly id: keyof MapRunSettings;
  readonly label: string;
  readonly description: string;
  readonly max: number;
  readonly whole: boolean;
}

/** The limits, in the format of UpdateMapRun. */
export const FIELDS: readonly Field[] = [
  {
    id: 'maxConcurrency',
    label: 'Concurrency',
    description: 'Children that run at once; 0 is the maximum of Step Functions.',
    max: 10_000,
    whole: true,
  },
  {
    id: 'toleratedFailureCount',
    label: 'Tolerated failures, items',
    description: 'The Map Run fails when more items than this have failed.',
    max: 100_000_000,
    whole: true,
  },
  {
    id: 'toleratedFailurePercentage',
    label: 'Tolerated failures, percent',
    description: 'The same as a percentage of all items. The limit that is reached first applies.',
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
  if (text.trim() === '' || Number.isNaN(value)) return 'Give a number.';
  if (whole && !Number.isInteger(value)) return 'Give a whole number.';
  if (value < 0 || value > max) return `Give a number from 0 to ${max.toLocaleString('en-US')}.`;
  return undefined;
}
