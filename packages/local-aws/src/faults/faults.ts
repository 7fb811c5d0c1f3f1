import { z } from 'zod';

/** A share of all calls, from 0 to 1. */
export const faultRate = z.number().min(0).max(1);
export const faultMilliseconds = z.number().min(0).max(300_000);

const service = z
  .strictObject({ errorRate: faultRate.default(0), latencyMs: faultMilliseconds.default(0) })
  .prefault({});

/** Faults that can be injected. The flat members concern SES. A missing member is not in force. */
const faultsSchema = z.strictObject({
  /** Messages a second that SES takes; the configured rate if missing. */
  maxSendRate: z.number().positive().optional(),
  sendingPaused: z.boolean().default(false),
  accountSuspended: z.boolean().default(false),
  /** Messages in any 24 hours; -1 is without limit. */
  max24HourSend: z.number().int().min(-1).default(-1),
  errorRate: faultRate.default(0),
  throttleRate: faultRate.default(0),
  latencyMs: faultMilliseconds.default(0),
  /** How often a message is accepted and the connection breaks before the answer. */
  dropAfterAcceptRate: faultRate.default(0),
  /** What becomes of messages that SES has accepted, and how its events come. */
  feedback: z
    .strictObject({
      /** Whether every recipient has events, or those of SES's simulator only. */
      everybody: z.boolean().optional(),
      /** Shares of the other recipients: hard bounces, soft bounces, complaints after the delivery, delays before it, rejections. */
      bounceRate: faultRate.default(0),
      softBounceRate: faultRate.default(0),
      complaintRate: faultRate.default(0),
      delayRate: faultRate.default(0),
      rejectRate: faultRate.default(0),
      /** Every event comes that much later. */
      lateMs: faultMilliseconds.default(0),
      /** The share of events that come twice. */
      twiceRate: faultRate.default(0),
      /** Events come in any order. */
      shuffled: z.boolean().default(false),
    })
    .prefault({}),
  services: z
    .strictObject({
      dynamodb: service,
      sqs: service,
      s3: service,
      /** `staleMs`: DescribeExecution returns a state that is up to that old. */
      states: z
        .strictObject({
          errorRate: faultRate.default(0),
          latencyMs: faultMilliseconds.default(0),
          staleMs: faultMilliseconds.default(0),
        })
        .prefault({}),
      lambda: service,
      /** `dropRate`: events accepted and lost; `delayMs`: delivered that much later. */
      events: z
        .strictObject({
          errorRate: faultRate.default(0),
          latencyMs: faultMilliseconds.default(0),
          dropRate: faultRate.default(0),
          delayMs: faultMilliseconds.default(0),
        })
        .prefault({}),
    })
    .prefault({}),
});

export type FaultSet = z.infer<typeof faultsSchema>;

type Extended<Extension extends z.ZodRawShape> = FaultSet & { [Name in keyof Extension]: z.output<Extension[Name]> };

/**
 * The faults in force; a restart clears them. `extension` adds members of the caller's own, as a Zod shape in which every
 * member has a default.
 */
export class Faults<Extension extends z.ZodRawShape = Record<never, never>> {
  readonly #parse: (faults: unknown) => Extended<Extension>;
  #current: Extended<Extension>;

  constructor(extension?: Extension) {
    const schema = faultsSchema.extend(extension ?? {});
    this.#parse = (faults) => schema.parse(faults) as Extended<Extension>;
    this.#current = this.#parse({});
  }

  get current(): Extended<Extension> {
    return this.#current;
  }

  /** Replaces all faults. Throws `ZodError`, and changes nothing, if they are not valid. */
  replace(faults: unknown): FaultSet {
    this.#current = this.#parse(faults);
    return this.#current;
  }
}
