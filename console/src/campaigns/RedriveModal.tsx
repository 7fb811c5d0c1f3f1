import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type CampaignDetail, redriveCampaign, type UnconfirmedPolicy } from '../api/campaigns.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { formatCount } from '../format/number.ts';
import { useNotify } from '../frame/notifications.tsx';
import { t } from '../i18n/texts.ts';
import type { Retry } from './retry.ts';

type Choice = 'leave' | UnconfirmedPolicy;

/** Asks before a campaign continues, and what is to happen with rows that a provider may have accepted. */
export function RedriveModal({
  campaign,
  retry,
  title,
  visible,
  onDismiss,
  onDone,
}: {
  campaign: CampaignDetail;
  retry: Retry;
  title: string;
  visible: boolean;
  onDismiss: () => void;
  onDone: () => void;
}) {
  const notify = useNotify();
  const others = retry.failed + retry.open;
  const [choice, setChoice] = useState<Choice>();
  // Leaving them is a choice only where something else is left to send.
  const chosen = choice ?? (others > 0 ? 'leave' : undefined);
  const texts = t.campaigns.redrive;
  const options: { value: Choice; label: string; description: string }[] = [
    ...(others > 0 ? [{ value: 'leave' as const, ...texts.leave }] : []),
    { value: 'resend', ...texts.resend },
    { value: 'accept', ...texts.accept },
  ];
  const isDecided = retry.unconfirmed === 0 || chosen !== undefined;
  return (
    <ConfirmModal
      visible={visible}
      title={title}
      confirm={texts.confirm}
      confirmDisabled={!isDecided}
      onDismiss={onDismiss}
      onConfirm={async () => {
        const policy = retry.unconfirmed > 0 && chosen !== 'leave' ? chosen : undefined;
        await redriveCampaign(campaign.batchId, policy);
        notify('success', texts.done);
        onDone();
      }}
    >
      <SpaceBetween size="m">
        <Box variant="p">
          {texts.what(formatCount(others), others)} {texts.neverTwice(formatCount(campaign.counts.SENT))}
          {retry.permanent > 0 && ` ${texts.permanent(formatCount(retry.permanent), retry.permanent)}`}
        </Box>
        {retry.unconfirmed > 0 && (
          <FormField
            label={texts.unconfirmed(formatCount(retry.unconfirmed), retry.unconfirmed)}
            description={texts.unconfirmedWhy}
          >
            <RadioGroup
              value={chosen ?? null}
              onChange={({ detail }) => setChoice(detail.value as Choice)}
              items={options}
            />
          </FormField>
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}
