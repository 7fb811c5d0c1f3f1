/** What is written to: `process.stdout` in life. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const CLEAR_LINE = '\r\x1b[2K';

/** Lines that stay, and below them one live line that is redrawn in place where the output is a terminal. */
export class Screen {
  readonly live: boolean;
  private readonly output: Output;
  private current = '';

  constructor(output: Output) {
    this.output = output;
    this.live = output.isTTY === true;
  }

  get columns(): number {
    return this.output.columns ?? 80;
  }

  /** Writes lines that stay; the live line moves below them. */
  print(text = ''): void {
    const line = this.current;
    this.output.write(`${this.current ? CLEAR_LINE : ''}${text}\n${line}`);
  }

  /** Replaces the live line; does nothing where there is no terminal. */
  draw(line: string): void {
    if (!this.live) return;
    this.output.write(`${CLEAR_LINE}${line}`);
    this.current = line;
  }

  /** Takes the live line away. */
  clear(): void {
    if (this.current) this.output.write(CLEAR_LINE);
    this.current = '';
  }
}
