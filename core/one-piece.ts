/**
 * The same text in a piece of its own. V8 keeps a part of a text as a view of the whole, which stays in memory with it, and a concatenation as
 * its parts, through which it walks wherever that is written.
 */
export const inOnePiece = (text: string): string => Buffer.from(text).toString();
