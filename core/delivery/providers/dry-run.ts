import type { Provider } from '../provider.ts';
import type { OutgoingEmail } from './outgoing-email.ts';

/** Accepts every email at its slot and sends none, so that a campaign can be tried at its real rate. */
export const dryRun: Provider<OutgoingEmail> = {
  name: 'dry-run',
  async send(email, permit) {
    await permit();
    return { messageId: `dry-run-${email.sendId}` };
  },
};
