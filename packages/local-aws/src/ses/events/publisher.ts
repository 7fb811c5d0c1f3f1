import type { EventBus } from '../../events/delivery/event-bus.ts';
import type { Faults } from '../../faults/faults.ts';
import type { Chance } from '../../faults/step.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { ConfigurationSets } from '../definitions.ts';
import type { AcceptedMessage } from '../state/outbox.ts';
import { type Fate, fatesOf, USUAL_DELAY_MS } from './fate.ts';
import { DETAIL_TYPES, eventRecord } from './record.ts';

export interface PublisherOptions {
  readonly sets: ConfigurationSets;
  readonly bus: Pick<EventBus, 'publish' | 'settled'>;
  readonly faults: Faults;
  readonly chance: Chance;
  /** Whether all recipients have events, or those of SES's simulator only. A fault may say otherwise. */
  readonly everybody: boolean;
}

/** Events that are out of order come within this time. */
const SHUFFLED_WITHIN_MS = 3_000;

/** Publishes what becomes of accepted messages to EventBridge, as the configuration set of each message says. */
export class EventPublisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  has(configurationSet: string): boolean {
    return this.#options.sets.has(configurationSet);
  }

  /** Schedules the events of a message. Once it resolves, a kill does not lose them. */
  async publish(message: AcceptedMessage): Promise<void> {
    const { sets, bus, faults, chance, everybody } = this.#options;
    const types = sets.get(message.configurationSet ?? '');
    if (!types || types.size === 0) return;
    let published = false;
    for (const recipient of message.recipients) {
      for (const fate of fatesOf(recipient, faults.current, { everybody, random: chance.random })) {
        if (!types.has(fate.type)) continue;
        published = true;
        this.#publishOne(message, recipient, fate);
      }
    }
    if (published) await bus.settled();
  }

  #publishOne(message: AcceptedMessage, recipient: string, fate: Fate): void {
    const { bus, chance, faults } = this.#options;
    const { lateMs, twiceRate, shuffled } = faults.current.feedback;
    const delay = () => lateMs + (shuffled ? chance.random() * SHUFFLED_WITHIN_MS : USUAL_DELAY_MS[fate.type]);
    const first = delay();
    const isTwice = twiceRate > 0 && chance.random() < twiceRate;
    const time = message.acceptedAt + USUAL_DELAY_MS[fate.type];
    bus.publish(
      {
        bus: 'default',
        source: 'aws.ses',
        detailType: DETAIL_TYPES[fate.type],
        detail: eventRecord(message, recipient, fate, time),
        resources: [`arn:aws:ses:${LOCAL_REGION}:${LOCAL_ACCOUNT}:configuration-set/${message.configurationSet}`],
        time,
      },
      isTwice ? [first, first + delay()] : [first],
    );
  }
}
