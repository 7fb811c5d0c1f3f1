/** What differs between stages. Everything else is the same template. */
export interface Stage {
  readonly name: string;
  /** The stack and the tables are protected from deletion. The tables, the bucket and the secrets stay when the stack is deleted all the same. */
  readonly retainData: boolean;
  /** Retention of the logs. */
  readonly logDays: 14 | 90;
  /** Send workers and email workers that run at once, each with a batch of up to ten messages. A small account runs two of each. */
  readonly sendConcurrency: number;
  readonly introspection: boolean;
  /**
   * The least SendTimeoutSeconds that CloudFormation accepts. With real mail it is longer than the wait in the queue and two visibility
   * timeouts, or rows that only wait would be taken as lost.
   */
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
