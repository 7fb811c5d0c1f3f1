import type { PreflightDeps } from '../../../core/campaigns/preflight.ts';
import type { Clock } from '../../../core/clock.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { silent } from '../support/telemetry.ts';

type Parts = Pick<PreflightDeps, 'from' | 'footer' | 'testMail'>;

/** What a preflight needs besides the deps of an upload. Test mails go into `outbox`, each at its slot. */
export function preflightParts(
  clock: Clock,
  outbox: OutgoingEmail[] = [],
  override: Partial<PreflightDeps['testMail']> = {},
): Parts {
  let ids = 0;
  return {
    from: { email: 'news@shop.example', name: 'Shop' },
    footer: '',
    testMail: {
      clock,
      telemetry: silent,
      newId: () => `id-${++ids}`,
      provider: {
        name: 'ses',
        async send(email, permit) {
          await permit();
          outbox.push(email);
          return { messageId: `m-${outbox.length}` };
        },
      },
      limiter: {
        name: 'ses',
        toleranceMs: 20,
        reserve: async ({ earliest }) => ({ slots: [earliest] }),
        idle: async () => undefined,
      },
      ...override,
    },
  };
}
