/** What differs between stages. Everything else is the same template. */
export interface Stage {
  readonly name: string;
  /** Emails and the ledger outlive the stack. */
  readonly retainData: boolean;
  /** Days that logs are kept. */
  readonly logDays: 14 | 90;
  /** At once running send workers: each takes batches of ten. */
  readonly sendConcurrency: number;
  readonly introspection: boolean;
  /** A row waits at least this long for its worker: longer than any queue, and than two visibility timeouts. */
  readonly leastSendTimeoutSeconds: number;
}

export const STAGES: Record<string, Stage> = {
  dev: {
    name: 'dev',
    retainData: false,
    logDays: 14,
    sendConcurrency: 10,
    introspection: true,
    leastSendTimeoutSeconds: 5,
  },
  prod: {
    name: 'prod',
    retainData: true,
    logDays: 90,
    sendConcurrency: 50,
    introspection: false,
    leastSendTimeoutSeconds: 3600,
  },
};

/** Physical name of a resource: `pregon-<stage>-<what>`. Names are given, so that roles can name ARNs without cycles. */
export const physicalName = (stage: Stage, what: string) => `pregon-${stage.name}-${what}`;
