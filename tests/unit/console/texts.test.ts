import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { en } from '../../../console/src/i18n/en/index.ts';
import { en as enLater } from '../../../console/src/i18n/en/later.ts';
import { es } from '../../../console/src/i18n/es/index.ts';
import { es as esLater } from '../../../console/src/i18n/es/later.ts';

/** Every text of a dictionary that needs no argument, by its path. */
function leavesOf(texts: object, path = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]): [string, string][] => {
      if (typeof value === 'string') return [[`${path}${key}`, value]];
      return typeof value === 'object' ? [...leavesOf(value as object, `${path}${key}.`)] : [];
    }),
  );
}

/** Words that are the same in both languages: names of AWS, and words that Spanish shares. */
const SHARED = ['ana@example.com', 'Distributed Map', 'Error', 'HTML', 'ID', 'Map Run', 'Map Runs', 'Redrives', 'Zoom'];

test('a text that is the same in both languages is a name', () => {
  const spanish = leavesOf({ ...es, ...esLater });
  const same = [...leavesOf({ ...en, ...enLater })].filter(([path, text]) => text !== '' && spanish.get(path) === text);
  expect([...new Set(same.map(([, text]) => text))].filter((text) => !SHARED.includes(text))).toEqual([]);
});

const SRC = 'console/src';
/** Names and examples of input, which are not translated. */
const NAMES = /^(ARN|GraphiQL|GraphQL|HTML|Pregón|hh:mm|YYYY\/MM\/DD|spring-sale)$|^[\w-]*@|^[\da-f-]{36}$/;
const PROPERTIES =
  'alt|aria-label|ariaLabel|cancelLabel|cardsLabel|confirm|confirmLabel|description|errorText|filteringAriaLabel|filteringPlaceholder|header|headerText|hint|label|legend|loadingText|placeholder|tableLabel|text|title|what';
/** A text in an attribute or a property, and one between two tags. */
const IN_PROPERTY = new RegExp(`[\\s{(](?:${PROPERTIES})(?:=|=\\{|: )(["'\`])((?:(?!\\1).)*)\\1`, 'g');
const BETWEEN_TAGS = /(?<![=-])>\s*([A-Z][^<>{}=;()&|]*?)\s*(?:<|\{)/g;

/** The texts in a module of a page. */
function textsIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found = [
    ...[...code.matchAll(IN_PROPERTY)].map(([, , text = '']) => text.replace(/\$\{[^}]*\}/g, '')),
    ...[...code.matchAll(BETWEEN_TAGS)].map(([, text = '']) => text),
  ];
  return found.filter((text) => /[A-Za-z]{2}/.test(text) && !NAMES.test(text));
}

test.each([
  ['<Button ariaLabel="Refresh">', ['Refresh']],
  ["{ id: 'name', header: 'Name' }", ['Name']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
  ['<Empty title={`No ${what}`}>\n  Nothing has happened.\n</Empty>', ['No ', 'Nothing has happened.']],
  ["{ header: t.common.status, text: 'GraphQL' } <b>{text}</b>", []],
])('a text in %s is found', (source, texts) => {
  expect(textsIn(source)).toEqual(texts);
});

test('no page has a text of its own: all are in the dictionaries', async () => {
  const paths = (await readdir(SRC, { recursive: true })).filter((path) => /\.tsx?$/.test(path));
  const pages = paths.filter((path) => !/^(i18n|graphql)\//.test(path));
  const found = await Promise.all(
    pages.map(async (path) => textsIn(await readFile(join(SRC, path), 'utf8')).map((text) => `${path}: ${text}`)),
  );
  expect(pages.length).toBeGreaterThan(100);
  expect(found.flat()).toEqual([]);
});
