import { OTHERS, WESTERN } from './orthographies.ts';

/** Bytes that Windows-1252 leaves undefined. */
export const UNDEFINED_IN_1252: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** Share of words that no Western language could have written, from which on the text is refused. */
const IMPLAUSIBLE_SHARE = 0.1;
/** A text that fits another encoding this well is taken for it, if no single Western language fits it nearly as well. */
const FITTING_SHARE = 0.95;
/** An encoding that fits at least this well is named to the user. */
const NAMED_SHARE = 0.8;

const HIGH = /[\u0080-\uffff]/;
const LETTER = 'A-Za-zŠŒŽšœžŸÀ-ÖØ-öø-ÿ';
const NOT_A_WORD = new RegExp(`[^${LETTER}·]`);
/** Apostrophes, dashes and spaces, which may stand between two letters. */
const BETWEEN_WORDS = /[’‘´–—…•\u00a0\u00ad]+/;
/** Signs that stand alone or in pairs: `€`, `©`, `½`. */
const SIGNS = /^[€£¥¢§¶©®™°ºª¹²³¼½¾±×÷µ¡¿†‡‰¦¬¤·˜ˆ“”„‚‹›«»]+$/;
/** Signs that Western text puts before and behind a word without a space. */
const SIGNS_BEFORE = /^[¡¿§¶µ°€“”„‚‹›«»]+/;
const SIGNS_BEHIND = /(?:[®™©°¹²³€†‡“”„‚‹›«»]|(?<=[A-Za-z])[ºª])+$/;
/** A capital behind two small letters, or small accented letters behind two capitals. */
const MIXED_CASE = /[a-zà-öø-ýšœž][a-zA-Zà-öø-ýšœž][À-ÖØ-ÞŠŒŽŸ]|[À-ÖØ-ÞŠŒŽŸA-Z]{2}.*[à-öø-þšœž]/;
/** No word of a Western language is longer; the patterns need not look at what is. */
const LONGEST_WORD = 64;
/** A run of bytes beyond ASCII that is no word and no quotation: two-byte characters read one byte at a time. */
const HIGH_RUN = /[\u0080-\uffff]{4,}/g;

/**
 * Says whether text in bytes beyond ASCII can have been written in Windows-1252. Nearly any bytes can be decoded that way, so this asks
 * whether the words could be of a Western language: letters of one orthography, capitals where they belong, no signs inside. A text
 * in another encoding fails either word by word (Cyrillic, Greek, Chinese) or as a whole, when a language of another encoding explains all
 * of its words and no Western language does (Polish, Hungarian, Turkish).
 */
export function isPlausible1252(sample: Uint8Array): boolean {
  const text = new TextDecoder('windows-1252').decode(sample);
  const words = wordsIn(text);
  const judged = words.map(judge);
  const wrong = judged.filter((fits) => fits === false).length + wrongRuns(text) + lonelyDaggers(text);
  const right = judged.filter((fits) => fits === true).length;
  if (wrong > 0) return wrong / (wrong + right) < IMPLAUSIBLE_SHARE && !fitsOthersBetter(sample, text, words);
  return right === 0 || !fitsOthersBetter(sample, text, words);
}

/** The encodings other than Windows-1252 in which the words are those of one language. */
export function likelyLatinEncodings(sample: Uint8Array): string[] {
  const text = new TextDecoder('windows-1252').decode(sample);
  const best = new Map<string, number>();
  for (const { encoding, share } of otherShares(sample, text, wordsIn(text).length)) {
    best.set(encoding, Math.max(share, best.get(encoding) ?? 0));
  }
  return [...best]
    .filter(([, share]) => share >= NAMED_SHARE)
    .sort(([, a], [, b]) => b - a)
    .map(([encoding]) => encoding);
}

function fitsOthersBetter(sample: Uint8Array, text: string, words: readonly string[]): boolean {
  const letters = words.map(bare).filter((word) => word.length > 1 && HIGH.test(word));
  if (letters.length === 0) return false;
  const western = Math.max(...WESTERN.map((word) => shareOf(letters, word)));
  if (western === 1) return false;
  const margin = Math.max(0.02, 1 / letters.length);
  return otherShares(sample, text, letters.length).some(
    ({ share }) => share >= FITTING_SHARE && share - western >= margin,
  );
}

/** How well each orthography of another encoding explains the words; those in which the text reads the same are left out. */
function otherShares(sample: Uint8Array, text: string, count: number): { encoding: string; share: number }[] {
  const encodings = [...new Set(OTHERS.flatMap(({ encodings }) => encodings))];
  return encodings.flatMap((encoding) => {
    const other = new TextDecoder(encoding).decode(sample);
    if (other === text) return [];
    const words = [...new Set((other.match(/[\p{L}\p{M}]{2,}/gu) ?? []).filter((word) => HIGH.test(word)))];
    if (words.length === 0) return [];
    const mixed = words.filter((word) => /\p{Ll}\p{Lu}/u.test(word)).length / words.length;
    // Letters that became signs in this encoding leave fewer words than there are.
    const covered = Math.min(1, words.length / Math.max(1, count));
    return OTHERS.filter((one) => one.encodings.includes(encoding)).map(({ word }) => ({
      encoding,
      share: shareOf(words, word) * covered - mixed,
    }));
  });
}

/** The share of words that fit; a word without any letter of ASCII is not one in Latin letters. */
const shareOf = (words: readonly string[], pattern: RegExp) =>
  words
    .filter((word) => word.length <= LONGEST_WORD)
    .map(lowerCase)
    .filter((word) => /[a-z]/.test(word) && pattern.test(word)).length / words.length;

/** `İ` becomes `i` and a combining dot. */
const lowerCase = (word: string) => word.toLowerCase().replaceAll('\u0307', '');

/** The distinct words that hold anything beyond ASCII, with the signs that are glued to them. */
function wordsIn(text: string): string[] {
  const words = new Set<string>();
  for (const [run] of text.matchAll(/[A-Za-z\u0080-\uffff]+/g)) {
    for (const word of run.split(BETWEEN_WORDS)) {
      if (HIGH.test(word)) words.add(word);
    }
  }
  return [...words];
}

const bare = (word: string) => word.replace(SIGNS_BEFORE, '').replace(SIGNS_BEHIND, '');

/** Whether a word fits a Western language; undefined where it is too little to tell. */
function judge(word: string): boolean | undefined {
  if (SIGNS.test(word)) return word.length > 2 && new Set(word).size > 1 ? false : undefined;
  const letters = bare(word);
  if (!HIGH.test(letters) || /^©[A-Za-z]+$/.test(letters)) return undefined;
  if (letters.length > LONGEST_WORD || NOT_A_WORD.test(letters)) return false;
  if (letters.length === 1) return undefined;
  const lower = letters.toLowerCase();
  const fits = WESTERN.some((pattern) => pattern.test(lower));
  // Western words have some letter of ASCII, but short ones (`Öö`, `Þú`) and lists of letters. Cyrillic names (`Анна`) have none here.
  if (!/[a-z]/.test(lower))
    return (fits && (letters.length === 2 || isVaried(letters))) || isListOfLetters(lower) ? undefined : false;
  return fits && !MIXED_CASE.test(letters);
}

/** `áéíóúñü`: five letters or more, each once. */
const isVaried = (letters: string) => letters.length >= 5 && new Set(letters).size === letters.length;

/** `áéíóú`, `ÀÂÇÉÈ`, `ÆØÅ`: letters with one accent, or those of French, Spanish or the North, as a test of accents has them. */
function isListOfLetters(lower: string): boolean {
  const accents = new Set([...lower].map((letter) => letter.normalize('NFD').slice(1)));
  return (
    (accents.size === 1 && !accents.has('')) || /^(?:[àâæçéèêëîïôœùûüÿ]{4,}|[áéíóúüñ]{4,}|[æøåäöéðþ]+)$/.test(lower)
  );
}

/** Notes begin with `†`. Text with `‡` alone behind its words was written on an old Mac, where that byte is `á`. */
const lonelyDaggers = (text: string) => (text.includes('†') ? 0 : (text.match(/\p{Ll}‡/gu) ?? []).length);

/** The letters of code pages 437 and 850, which DOS and Excel's "CSV (MS-DOS)" write, from byte 0x80 on. */
const DOS_LETTERS = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿';
const DOS_FURTHER: Readonly<Record<number, string>> = { 173: '¡', 225: 'ß' };

/** Whether the text would be of a Western language in a code page of DOS, which no label of the Encoding Standard names. */
export function isLikelyDos(sample: Uint8Array): boolean {
  const text = Array.from(sample, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : (DOS_LETTERS[byte - 0x80] ?? DOS_FURTHER[byte] ?? '\ufffd'),
  ).join('');
  const words = [...new Set((text.match(/[\p{L}\ufffd]{2,}/gu) ?? []).filter((word) => HIGH.test(word)))];
  return words.length > 0 && WESTERN.some((pattern) => shareOf(words, pattern) >= FITTING_SHARE);
}

function wrongRuns(text: string): number {
  let wrong = 0;
  for (const [run] of text.matchAll(HIGH_RUN)) {
    const inner = run.slice(0, LONGEST_WORD).replace(/^[«»“”„‘’‹›¡¿–—…\u00a0]+|[«»“”„‘’‹›–—…®™©°€\u00a0]+$/g, '');
    if (inner.length >= 4 && NOT_A_WORD.test(inner) && new Set(inner).size > 2) wrong++;
  }
  return wrong;
}
