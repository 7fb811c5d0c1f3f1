import { remembered } from './remembered.ts';

/** White space, and characters that show nothing: byte order marks, zero-width and directional ones, soft hyphens. */
const INVISIBLE = /[\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;
/** Invisible too, but the character before them looks otherwise without them: `❤️`, the flag of Scotland. */
const MODIFIER = /[\p{Variation_Selector}\u{e0020}-\u{e007f}]/u;

/** A cell without white space and invisible characters at its ends. */
export const trimCell = (text: string): string => trim(text, MODIFIER);

/** The same for an address, in which no invisible character has a meaning. */
export const trimInvisible = (text: string): string => trim(text, undefined);

/** What a cell says that was written for spreadsheets as the formula `="text"`, which keeps the zeros of `="007"` there. */
export const plainText = (cell: string): string =>
  cell.startsWith('="') && cell.indexOf('"', 2) === cell.length - 1 ? cell.slice(2, -1) : cell;

/** A column's or a variable's name, as names are compared: without what does not show, any white space as one space. */
export const nameOf = remembered((text) =>
  text
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\p{White_Space}+/gu, ' ')
    .trim()
    .normalize('NFC')
    .toLowerCase(),
);

/** Walks from both ends: a pattern that is anchored at the end takes quadratic time on long runs of spaces. */
function trim(text: string, kept: RegExp | undefined): string {
  let end = text.length;
  while (end > 0) {
    const start = end - widthBefore(text, end);
    const character = text.slice(start, end);
    if (isPlain(character) || !INVISIBLE.test(character) || kept?.test(character)) break;
    end = start;
  }
  let begin = 0;
  while (begin < end) {
    const character = String.fromCodePoint(text.codePointAt(begin) ?? 0);
    if (isPlain(character) || !INVISIBLE.test(character)) break;
    begin += character.length;
  }
  return begin === 0 && end === text.length ? text : text.slice(begin, end);
}

/** Visible ASCII, which most cells begin and end with. */
const isPlain = (character: string) => character > ' ' && character < '\x7f';

const widthBefore = (text: string, end: number) =>
  end > 1 && isLowSurrogate(text.charCodeAt(end - 1)) && isHighSurrogate(text.charCodeAt(end - 2)) ? 2 : 1;
const isHighSurrogate = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLowSurrogate = (code: number) => code >= 0xdc00 && code < 0xe000;
