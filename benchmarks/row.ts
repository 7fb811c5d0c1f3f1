/** One line of a benchmark. Compare the ratio: the absolute figures depend on the machine. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** A baseline that the same run measured, or a limit. */
  against: number;
  /** value / against */
  ratio: number;
  /** The limit of the ratio. */
  bound: number;
  holds: boolean;
}

/** Takes each row as soon as it is measured. */
export type Report = (row: BenchRow) => void;
