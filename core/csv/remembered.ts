import { inOnePiece } from '../one-piece.ts';

/** Their number and length are bounded, because a file may have others in each row. */
const MAX_TEXTS = 1_000;
const MAX_CHARACTERS = 100;

/** The same function of a text, for texts that come again in most rows of a file: the results for the first thousand are kept. */
export function remembered<Result>(compute: (text: string) => Result): (text: string) => Result {
  const results = new Map<string, Result>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    if (results.size >= MAX_TEXTS || text.length > MAX_CHARACTERS) return compute(text);
    // The text may be part of a file's, and so may a result that is made of it.
    const own = inOnePiece(text);
    const result = compute(own);
    results.set(own, result);
    return result;
  };
}
