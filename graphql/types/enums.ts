import { registerEnumType } from 'type-graphql';
import { CAMPAIGN_STATUSES } from '../../core/campaigns/campaign.ts';
import { feedbackName } from '../../core/ledger/feedback.ts';
import { FEEDBACK_KINDS, SEND_STATUSES } from '../../core/ledger/send.ts';

const enumOf = <T extends string>(values: readonly T[]): Readonly<Record<T, T>> =>
  Object.fromEntries(values.map((value) => [value, value])) as Record<T, T>;

export const SendStatusEnum = enumOf(SEND_STATUSES);
registerEnumType(SendStatusEnum, {
  name: 'SendStatus',
  description: 'PENDING → QUEUED → SENT or ERROR.',
});

export const FeedbackEnum = enumOf(FEEDBACK_KINDS.map(feedbackName));
registerEnumType(FeedbackEnum, {
  name: 'Feedback',
  description: 'What was heard of an email after it was sent, from the weakest to the strongest.',
});

export const CampaignStatusEnum = enumOf(CAMPAIGN_STATUSES);
registerEnumType(CampaignStatusEnum, {
  name: 'CampaignStatus',
  description: 'Follows the campaign’s Step Functions execution.',
});

export const UnconfirmedPolicyEnum = enumOf(['RESEND', 'ACCEPT']);
registerEnumType(UnconfirmedPolicyEnum, {
  name: 'UnconfirmedPolicy',
  description: 'What one redrive does with rows that a provider may have accepted.',
  valuesConfig: {
    RESEND: { description: 'Send them again: a recipient may get a second copy.' },
    ACCEPT: { description: 'Close them as they are.' },
  },
});
