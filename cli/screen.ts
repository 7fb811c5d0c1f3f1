/** The output to write to, normally `process.stdout`. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const CLEAR_LINE = '\r\x1b[2K';

/** Prints lines and, if the output is a terminal, keeps one live line below them that is redrawn in place. */
export class Screen {
  readonly live: boolean;
  private readonly output: Output;
  private current = '';

  constructor(output: Output) {
    this.output = output;
    this.live = output.isTTY === true;
  }

  get columns(): number {
    // A terminal that does not know its width says 0.
    return this.output.columns || 80;
  }

  /** Prints lines above the live line. */
  print(text = ''): void {
    const line = this.current;
    this.output.write(`${this.current ? CLEAR_LINE : ''}${text}\n${line}`);
  }

  /** Replaces the live line. Does nothing if the output is not a terminal. */
  draw(line: string): void {
    if (!this.live) return;
    this.output.write(`${CLEAR_LINE}${line}`);
    this.current = line;
  }

  /** Removes the live line. */
  clear(): void {
    if (this.current) this.output.write(CLEAR_LINE);
    this.current = '';
  }
}
