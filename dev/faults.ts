import { Faults, faultMilliseconds, faultRate } from 'local-aws';
import { z } from 'zod';

const provider = z
  .strictObject({
    errorRate: faultRate.default(0),
    latencyMs: faultMilliseconds.default(0),
    outage: z.boolean().default(false),
  })
  .prefault({});

const productFaults = {
  /** Fails only the `down…` recipients of the simulator. */
  outage: z.boolean().default(false),
  providers: z.strictObject({ mailgun: provider, sendgrid: provider, notify: provider }).prefault({}),
};

/** The faults of local AWS, with those of the simulator and of the provider stand-ins. */
export type ProductFaults = Faults<typeof productFaults>;

export const createFaults = (): ProductFaults => new Faults(productFaults);
