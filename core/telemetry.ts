/** What the core reports; the Lambdas put Powertools behind it, tests what they like. */
export interface Telemetry {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Adds `amount` to a counter, 1 by default. */
  count(metric: Metric, amount?: number): void;
  /** Reports one measured duration in milliseconds. */
  duration(metric: DurationMetric, milliseconds: number): void;
}

/** Counters; alarms and the dashboard name them. */
export type Metric =
  | 'Sent'
  | 'Rejected'
  | 'Transient'
  | 'Throttled'
  | 'Unconfirmed'
  | 'AccountStopped'
  | 'Postponed'
  /** A provider other than the first took an email. */
  | 'ProviderFallback'
  /** A failed attempt went on to the next provider. */
  | 'FailedOver'
  | 'SlotMissed'
  | 'Duplicate'
  | 'Dropped'
  | 'Poison'
  | 'NotRecorded'
  | 'RowsLeftBehind'
  | 'CampaignIncomplete'
  /** An order's change of status was processed. */
  | 'OrderProcessed'
  /** The sweep sent an order's message that its write had not sent. */
  | 'OutboxSwept'
  /** An order's change waits long for the one before it. */
  | 'OrderStuck'
  /** The sweep gave a message to a request that had none any more. */
  | 'RequestSwept';

export type DurationMetric = 'ProviderLatency' | 'ClaimLatency' | 'SlotLateness';

/** Reports nothing. */
export const silent: Telemetry = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  count: () => undefined,
  duration: () => undefined,
};
