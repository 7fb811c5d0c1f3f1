import { randomUUID } from 'node:crypto';
import { systemClock } from '../../core/clock.ts';
import type { DeliveryDeps } from '../../core/delivery/channel.ts';
import { Latency } from '../../core/delivery/latency.ts';
import type { Ledger } from '../../core/ledger/ledger.ts';
import { telemetry } from './telemetry.ts';

/** A provider's call ends before this. A slot is at least 5.5 s before the function's end: the rest is for the record and the answer. */
export const PROVIDER_TIMEOUT_MS = 4_000;

/** What the delivery core needs in every worker. */
export const deliveryDeps = (ledger: Ledger): DeliveryDeps & { ledger: Ledger } => ({
  ledger,
  clock: systemClock,
  telemetry,
  newId: randomUUID,
  latency: { reserve: new Latency({ least: 5, most: 1_000 }), claim: new Latency({ least: 25, most: 1_000 }) },
});
