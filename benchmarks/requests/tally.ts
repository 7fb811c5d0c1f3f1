/** Counts checks and durations by name. */
export class Tally {
  readonly #checks = new Map<string, { passed: number; failed: number; example?: string }>();
  readonly #durations = new Map<string, number[]>();

  check(name: string, passed: boolean, shown: string): void {
    const known = this.#checks.get(name) ?? { passed: 0, failed: 0 };
    if (passed) known.passed += 1;
    else {
      known.failed += 1;
      known.example ??= shown;
    }
    this.#checks.set(name, known);
  }

  duration(name: string, milliseconds: number): void {
    const known = this.#durations.get(name);
    if (known) known.push(milliseconds);
    else this.#durations.set(name, [milliseconds]);
  }

  get checks(): { name: string; passed: number; failed: number; example?: string }[] {
    return [...this.#checks].map(([name, counts]) => ({ name, ...counts }));
  }

  /** Milliseconds. */
  get durations(): { name: string; calls: number; p50: number; p95: number; max: number }[] {
    return [...this.#durations].map(([name, unsorted]) => {
      const sorted = unsorted.toSorted((a, b) => a - b);
      const at = (part: number) =>
        Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
      return { name, calls: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
    });
  }
}
