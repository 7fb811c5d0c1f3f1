/** One line of a benchmark. What counts is the ratio: absolute figures are those of the machine it ran on. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** What the same run measured beside it, or the limit it is held to. */
  against: number;
  /** value / against */
  ratio: number;
  /** What the ratio is held to. */
  bound: number;
  holds: boolean;
}
