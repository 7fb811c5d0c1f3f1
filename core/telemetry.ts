/** What the core logs and counts. The Lambda functions implement it by Powertools. */
export interface Telemetry {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Adds `amount` to a counter, 1 by default. */
  count(metric: Metric, amount?: number): void;
  /** Reports one measured duration in milliseconds. */
  duration(metric: DurationMetric, milliseconds: number): void;
  /** Reports the present level of something that all functions share, under its own name instead of the function's. */
  gauge(metric: GaugeMetric, level: number, of: string): void;
}

/** Counters. Alarms and the dashboard use their names. */
export type Metric =
  | 'Sent'
  | 'Rejected'
  /** The recipient is on the suppression list. */
  | 'Suppressed'
  | 'Transient'
  /** SES told that the email came back for good, and that its recipient complained. */
  | 'Bounced'
  | 'Complained'
  /** An event proved that an unconfirmed email was accepted. */
  | 'Confirmed'
  /** A campaign stopped itself because of its bounces or complaints. */
  | 'ProtectionStopped'
  | 'Throttled'
  | 'Unconfirmed'
  | 'AccountStopped'
  | 'Postponed'
  /** A provider other than the first took an email. */
  | 'ProviderFallback'
  /** A failed email was queued for the next provider. */
  | 'FailedOver'
  | 'SlotMissed'
  | 'Duplicate'
  | 'Dropped'
  | 'Poison'
  | 'NotRecorded'
  | 'RowsLeftBehind'
  /** Rows in ERROR at the end of a campaign that a redrive may send: no worker counted their end. */
  | 'NotDelivered'
  | 'CampaignIncomplete'
  /** An order's change of status was processed. */
  | 'OrderProcessed'
  /** The sweep sent a message from an order's outbox. */
  | 'OutboxSwept'
  /** A change of an order has waited long for the one before it. */
  | 'OrderStuck'
  /** The sweep queued a request that had lost its message. */
  | 'RequestSwept';

export type DurationMetric = 'ProviderLatency' | 'ClaimLatency' | 'SlotLateness';

/** Emails per second of a limiter: the rate in force, and the part of it that is used. */
export type GaugeMetric = 'RateAllowed' | 'RateUsed';
