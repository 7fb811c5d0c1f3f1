import type { CampaignView } from '../../../cli/client.ts';
import { hasMoved } from '../../../scripts/chaos/run.ts';

const campaign = (SENT: number) => ({ counts: { SENT } }) as CampaignView;

it('waits for an email of this life: those that the life before sent after its last poll do not count', () => {
  const moved = hasMoved();
  expect([40, 40, 41].map((sent) => moved(campaign(sent)))).toEqual([false, false, true]);
});
