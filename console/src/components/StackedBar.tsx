export interface BarPart {
  readonly id: string;
  /** Its colour, by the class `pg-part-<kind>`. */
  readonly kind:
    | 'succeeded'
    | 'failed'
    | 'unconfirmed'
    | 'timedOut'
    | 'aborted'
    | 'running'
    | 'pendingRedrive'
    | 'pending';
  readonly count: number;
}

/** A bar of parts whose lengths are their counts. `label` says the same in words. */
export function StackedBar({
  parts,
  label,
  thin = false,
}: {
  parts: readonly BarPart[];
  label: string;
  thin?: boolean;
}) {
  return (
    <span className={`pg-bar ${thin ? 'pg-bar-thin' : ''}`} role="img" aria-label={label}>
      {parts.map(({ id, kind, count }) =>
        count === 0 ? null : <span key={id} className={`pg-part pg-part-${kind}`} style={{ flexGrow: count }} />,
      )}
    </span>
  );
}
