/** Collects functions that close what was started. They run in reverse order. */
export class Closers {
  private readonly closers: (() => unknown)[] = [];
  private closed = false;

  /** What is added after the end is ended at once. */
  add(close: () => unknown): void {
    if (this.closed) void Promise.resolve(close()).catch(() => {});
    else this.closers.push(close);
  }

  /** Calls all functions, even if some fail, and then throws the first failure. */
  async closeAll(): Promise<void> {
    this.closed = true;
    const failures: unknown[] = [];
    for (const close of this.closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
