import { likelyLatinEncodings } from './windows-1252.ts';

/** The letters of a script, the most frequent ones first. */
const SCRIPTS = {
  cyrillic: 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёіїєґъјљњћђџ',
  greek: 'αοιετσνηυρπκμλςωδγχθφβξζψάέήίόύώϊϋ',
  hebrew: 'יוהלאתרבשמנחדםקעכפסטזגןצךףץ',
  arabic: 'اليمنوترهبةدعسفقكحجشصضطخذغثظءئأإؤآىپچژگ،ًٌَُِّْ',
  thai: 'านรกอเงยมลวดทส่้ัตสิปบคะีแหจขใไพช็โซผถณธ์ือุูภศษฐฎฏฆฌญฬฮฉฝฟฤๆำึฯ',
} as const;

const ONE_BYTE: readonly (readonly [encoding: string, script: keyof typeof SCRIPTS])[] = [
  ['windows-1251', 'cyrillic'],
  ['koi8-r', 'cyrillic'],
  ['koi8-u', 'cyrillic'],
  ['iso-8859-5', 'cyrillic'],
  ['ibm866', 'cyrillic'],
  ['x-mac-cyrillic', 'cyrillic'],
  ['windows-1253', 'greek'],
  ['iso-8859-7', 'greek'],
  ['windows-1255', 'hebrew'],
  ['iso-8859-8', 'hebrew'],
  ['windows-1256', 'arabic'],
  ['iso-8859-6', 'arabic'],
  ['windows-874', 'thai'],
];

/** The standards put the common ideographs into these lead bytes, with trail bytes from the third number on. */
const TWO_BYTES: readonly (readonly [encoding: string, firstLead: number, lastLead: number, firstTrail: number])[] = [
  ['shift_jis', 0x88, 0x97, 0x40],
  ['euc-jp', 0xb0, 0xcf, 0xa1],
  ['gbk', 0xb0, 0xd7, 0xa1],
  ['big5', 0xa4, 0xc6, 0x40],
  ['euc-kr', 0xb0, 0xc8, 0xa1],
];

/** More of a sample tells no more, and each encoding reads it once. */
const SAMPLE_BYTES = 16 * 1024;
const NAMED = 4;
/** Of fewer bytes beyond ASCII than this, encodings in Latin letters and others make sense alike. */
const FEW_BYTES = 8;
/** How far behind the best an encoding may be and still be named. */
const NEAR = 0.45;

/**
 * Names up to four encodings that text in bytes beyond ASCII may be in, the likeliest first, by how frequent the letters are that each of
 * them makes of it. Empty where none makes sense.
 */
export function likelyEncodings(sample: Uint8Array): string[] {
  const bytes = sample.subarray(0, SAMPLE_BYTES);
  const latin = likelyLatinEncodings(bytes);
  if (latin.length > 0 && bytes.filter((byte) => byte >= 0x80).length >= FEW_BYTES) return latin.slice(0, NAMED);
  const scores = [
    ...ONE_BYTE.map(([encoding, script]) => ({ encoding, score: scoreOfScript(bytes, encoding, SCRIPTS[script]) })),
    ...TWO_BYTES.map(([encoding, ...range]) => ({ encoding, score: scoreOfIdeographs(bytes, encoding, range) })),
  ].sort((a, b) => b.score - a.score);
  const best = scores[0]?.score ?? 0;
  const likely = scores.filter(({ score }) => score > Math.max(0, best - NEAR)).map(({ encoding }) => encoding);
  return [...latin.slice(0, 2), ...likely].slice(0, NAMED);
}

const PUNCTUATION = /[\u00a0–—«»“”„’‘…№·•€]/;

/** The mean frequency of the letters; what the script does not have, and words of mixed case or mixed script, count against it. */
function scoreOfScript(bytes: Uint8Array, encoding: string, letters: string): number {
  const text = new TextDecoder(encoding).decode(bytes);
  let sum = 0;
  let count = 0;
  for (const character of text) {
    if (character < '\x80' || PUNCTUATION.test(character)) continue;
    count++;
    const rank = letters.indexOf(character.toLowerCase());
    sum += rank < 0 ? -0.5 : 1 / (1 + rank / 8);
  }
  const words = (text.match(/\p{L}{2,}/gu) ?? []).filter((word) => /[\u0080-\uffff]/.test(word));
  const odd = words.filter((word) => /\p{Ll}\p{Lu}|[A-Za-z]/u.test(word)).length;
  return count === 0 ? 0 : sum / count - (0.5 * odd) / Math.max(1, words.length);
}

function scoreOfIdeographs(
  bytes: Uint8Array,
  encoding: string,
  [firstLead, lastLead, firstTrail]: readonly number[],
): number {
  let text: string;
  try {
    // A character that the end of the sample cut is left out.
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return 0;
  }
  const common = ideographsBetween(encoding, firstLead ?? 0, lastLead ?? 0, firstTrail ?? 0);
  let sum = 0;
  let count = 0;
  for (const character of text) {
    if (character < '\x80') continue;
    count++;
    sum += scoreOf(character, encoding, common);
  }
  return count === 0 ? 0 : sum / count;
}

function scoreOf(character: string, encoding: string, common: ReadonlySet<string>): number {
  if (/[\u3000-\u303f\uff01-\uff5e]/.test(character)) return 0.8;
  if (encoding === 'euc-kr') return /[가-힣]/.test(character) ? 1 : -0.5;
  if (encoding === 'gbk' || encoding === 'big5') {
    return common.has(character) ? 0.9 : /[\u4e00-\u9fff]/.test(character) ? 0.2 : -0.5;
  }
  if (/[\u3040-\u30ff]/.test(character)) return 1;
  // Katakana of half width are single bytes: any bytes make some.
  return /[\uff61-\uff9f]/.test(character) ? -0.5 : common.has(character) ? 0.6 : 0;
}

function ideographsBetween(encoding: string, firstLead: number, lastLead: number, firstTrail: number): Set<string> {
  const decoder = new TextDecoder(encoding);
  const found = new Set<string>();
  for (let lead = firstLead; lead <= lastLead; lead++) {
    for (let trail = firstTrail; trail < 0xff; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if ([...text].length === 1) found.add(text);
    }
  }
  return found;
}
