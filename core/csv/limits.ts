/** What one row may hold; the README and the skip reasons name the same figures. */
export const CSV_LIMITS = {
  /** RFC 5321: a path of 256 octets less its angle brackets. */
  addressCharacters: 254,
  /** RFC 5322: a line of a header is at most 998 characters. */
  subjectCharacters: 998,
  /** UTF-8 bytes of the content once its variables are filled in. */
  contentBytes: 64 * 1024,
  /**
   * The same content as JSON: it travels through Step Functions, whose payload of 256 KiB also holds the other columns.
   * Only content full of control characters comes near it.
   */
  contentJsonBytes: 128 * 1024,
  /** More than any row that could be sent; a longer one is a quote that nobody closed. */
  recordBytes: 16 * 1024 * 1024,
  /** The header and the bytes in which its encoding and delimiter are looked for. */
  headBytes: 64 * 1024,
  /** Lines with bytes beyond ASCII, by which an encoding that nothing names is judged. */
  encodingSampleBytes: 256 * 1024,
} as const;

export const REQUIRED_COLUMNS = ['email', 'subject', 'content'] as const;
export type RequiredColumn = (typeof REQUIRED_COLUMNS)[number];
