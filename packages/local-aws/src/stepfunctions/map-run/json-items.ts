import type { Json } from '../../json.ts';
import { StateFailed } from '../errors.ts';

const BRACKETS = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
]);

export const readerFailed = (cause: string) => new StateFailed({ error: 'States.ItemReaderFailed', cause });

function parseItem(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw readerFailed('The file is not valid JSON.');
  }
}

/** Parses the elements of a JSON array in chunks, so that a file of a million items is never in memory as a whole. */
export class JsonElements {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #element = '';
  #isClosed = false;

  *push(text: string): Generator<Json> {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const char = text.charAt(i);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (char === '\\') this.#escaped = true;
        else if (char === '"') this.#inString = false;
        continue;
      }
      if (char === '"') {
        this.#inString = true;
        if (this.#depth === 0) throw readerFailed('Attempting to map over non-iterable node.');
        continue;
      }
      const step = BRACKETS.get(char) ?? 0;
      if (this.#depth === 0) {
        if (char.trim() === '') continue;
        if (char !== '[' || this.#isClosed) throw readerFailed('Attempting to map over non-iterable node.');
        this.#depth = 1;
        from = i + 1;
        continue;
      }
      this.#depth += step;
      const ends = this.#depth === 0 || (this.#depth === 1 && char === ',');
      if (!ends) continue;
      this.#element += text.slice(from, i);
      from = i + 1;
      if (this.#depth === 0) this.#isClosed = true;
      if (this.#element.trim() !== '' || !this.#isClosed) yield parseItem(this.#element);
      this.#element = '';
    }
    if (this.#depth > 0) this.#element += text.slice(from);
  }

  end(): void {
    if (!this.#isClosed) throw readerFailed('The file is not valid JSON.');
  }
}

/** Parses JSON Lines in chunks. */
export class JsonLines {
  #rest = '';

  *push(text: string): Generator<Json> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseItem(line);
  }

  *end(): Generator<Json> {
    if (this.#rest.trim() !== '') yield parseItem(this.#rest);
  }
}
