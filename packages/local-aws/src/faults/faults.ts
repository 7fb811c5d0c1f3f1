import { z } from 'zod';

const rate = z.number().min(0).max(1);
const milliseconds = z.number().min(0).max(300_000);

const provider = z
  .strictObject({ errorRate: rate.default(0), latencyMs: milliseconds.default(0), outage: z.boolean().default(false) })
  .prefault({});
const service = z.strictObject({ errorRate: rate.default(0), latencyMs: milliseconds.default(0) }).prefault({});

/** What may go wrong on purpose. The flat members are of SES; what is missing is not in force. */
const faultsSchema = z.strictObject({
  /** Messages a second that SES takes; the start's own rate where it is missing. */
  maxSendRate: z.number().positive().optional(),
  /** Fails the `down…` recipients only. */
  outage: z.boolean().default(false),
  sendingPaused: z.boolean().default(false),
  accountSuspended: z.boolean().default(false),
  /** Messages in any 24 hours; -1 is without limit. */
  max24HourSend: z.number().int().min(-1).default(-1),
  errorRate: rate.default(0),
  throttleRate: rate.default(0),
  latencyMs: milliseconds.default(0),
  /** How often a message is accepted and the connection breaks before the answer. */
  dropAfterAcceptRate: rate.default(0),
  providers: z.strictObject({ mailgun: provider, sendgrid: provider, notify: provider }).prefault({}),
  services: z
    .strictObject({
      dynamodb: service,
      sqs: service,
      s3: service,
      /** `staleMs`: DescribeExecution tells what was true up to that long ago. */
      states: z
        .strictObject({
          errorRate: rate.default(0),
          latencyMs: milliseconds.default(0),
          staleMs: milliseconds.default(0),
        })
        .prefault({}),
      lambda: service,
      /** `dropRate`: events accepted and lost; `delayMs`: delivered that much later. */
      events: z
        .strictObject({
          errorRate: rate.default(0),
          latencyMs: milliseconds.default(0),
          dropRate: rate.default(0),
          delayMs: milliseconds.default(0),
        })
        .prefault({}),
    })
    .prefault({}),
});

export type FaultSet = z.infer<typeof faultsSchema>;

/** The faults in force. A restart clears them. */
export class Faults {
  #current: FaultSet = faultsSchema.parse({});

  get current(): FaultSet {
    return this.#current;
  }

  /** Puts a whole new set in force. Throws `ZodError` where it is not one, and changes nothing then. */
  replace(faults: unknown): FaultSet {
    this.#current = faultsSchema.parse(faults);
    return this.#current;
  }
}
