const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Parses CSV in chunks, as the ItemReader of Step Functions does: with quotes, doubled quotes, newlines in quotes, LF and CRLF. A
 * backslash escapes the next character and is removed. An empty line is not a row, but a line of spaces or delimiters is.
 */
export class CsvRecords {
  readonly #delimiter: number;
  #record: string[] = [];
  #field = '';
  /** The position in the field: before it, in it, within its quotes, or after the closing quote. */
  #at: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  #escaped = false;
  #skipLf = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Yields the records that end in `text`. */
  *push(text: string): Generator<string[]> {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (this.#skipLf) {
        this.#skipLf = false;
        if (char === LF) {
          from = i + 1;
          continue;
        }
      }
      if (this.#escaped) {
        this.#escaped = false;
        if (this.#at === 'start') this.#at = 'plain';
        continue;
      }
      if (char === BACKSLASH) {
        this.#field += text.slice(from, i);
        from = i + 1;
        this.#escaped = true;
      } else if (this.#at === 'quoted') {
        if (char !== QUOTE) continue;
        this.#field += text.slice(from, i);
        from = i + 1;
        this.#at = 'closed';
      } else if (char === QUOTE && this.#at !== 'plain') {
        // A quote after the closing quote is a quote in the text.
        if (this.#at === 'start') from = i + 1;
        this.#at = 'quoted';
      } else if (char === this.#delimiter || char === LF || char === CR) {
        this.#field += text.slice(from, i);
        from = i + 1;
        if (char === this.#delimiter) {
          this.#endField();
          continue;
        }
        this.#skipLf = char === CR;
        const record = this.#endRecord();
        if (record) yield record;
      } else if (this.#at === 'start') {
        this.#at = 'plain';
      }
    }
    this.#field += text.slice(from);
  }

  /** Yields the last record, if the file does not end with a newline. */
  *end(): Generator<string[]> {
    if (this.#escaped) this.#field += '\\';
    const record = this.#endRecord();
    if (record) yield record;
  }

  #endField(): void {
    this.#record.push(this.#field);
    this.#field = '';
    this.#at = 'start';
  }

  #endRecord(): string[] | undefined {
    const isEmpty = this.#record.length === 0 && this.#field === '' && this.#at === 'start';
    if (isEmpty) return undefined;
    this.#endField();
    const record = this.#record;
    this.#record = [];
    return record;
  }
}
