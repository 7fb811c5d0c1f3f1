import { randomInt } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../json.ts';

/** The characters of a generated password, by the option that excludes them. The options of GetRandomPassword are the same. */
const CHARACTERS: Readonly<Record<string, string>> = {
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};
const DEFAULT_LENGTH = 32;

/** The members of GenerateSecretString that `generateSecret` follows. */
export const GENERATE_OPTIONS = [
  ...Object.keys(CHARACTERS),
  'ExcludeCharacters',
  'GenerateStringKey',
  'IncludeSpace',
  'PasswordLength',
  'RequireEachIncludedType',
  'SecretStringTemplate',
];

/** A random value as GenerateSecretString asks for it; with a template string, under its key. */
export function generateSecret(options: Json | undefined): string {
  const settings = isObject(options) ? options : {};
  const value = randomPassword(settings);
  const { SecretStringTemplate, GenerateStringKey } = settings;
  if (typeof SecretStringTemplate !== 'string' || typeof GenerateStringKey !== 'string') return value;
  return JSON.stringify({ ...(JSON.parse(SecretStringTemplate) as object), [GenerateStringKey]: value });
}

function randomPassword(settings: JsonObject): string {
  const excluded = String(settings.ExcludeCharacters ?? '');
  const types = [
    ...Object.entries(CHARACTERS).flatMap(([option, text]) => (isTrue(settings[option]) ? [] : [text])),
    ...(isTrue(settings.IncludeSpace) ? [' '] : []),
  ].map((text) => [...text].filter((character) => !excluded.includes(character)));
  const all = types.flat();
  const password = Array.from({ length: Number(settings.PasswordLength ?? DEFAULT_LENGTH) }, () => oneOf(all));
  if (settings.RequireEachIncludedType !== undefined && !isTrue(settings.RequireEachIncludedType))
    return password.join('');
  // Each type takes a place of its own, drawn at random.
  const places = Array.from(password.keys());
  for (const type of types.filter(({ length }) => length > 0)) {
    const [place] = places.splice(randomInt(places.length), 1);
    if (place !== undefined) password[place] = oneOf(type);
  }
  return password.join('');
}

const oneOf = (characters: readonly string[]): string => characters[randomInt(characters.length)] ?? '';

/** CloudFormation takes booleans as text too. */
const isTrue = (value: Json | undefined): boolean => String(value) === 'true';
