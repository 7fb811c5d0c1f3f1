import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type SuppressionReason, suppress } from '../api/suppressions.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';
import { t } from '../i18n/texts.ts';

interface AddSuppressionProps {
  /** What the field begins with. */
  readonly initial: string;
  readonly onDismiss: () => void;
  readonly onDone: (address: string) => void;
}

/** Puts one address on the list. Bounces and complaints come from SES, so nobody enters them here. */
export function AddSuppression({ initial, onDismiss, onDone }: AddSuppressionProps) {
  const notify = useNotify();
  const [address, setAddress] = useState(initial);
  const [reason, setReason] = useState<SuppressionReason>('manual');
  const texts = t.suppressions.add;
  const wanted = address.trim();
  return (
    <ConfirmModal
      visible
      title={texts.title}
      confirm={texts.action}
      confirmDisabled={wanted === ''}
      onDismiss={onDismiss}
      onConfirm={async () => {
        const entry = await suppress(wanted, reason);
        const { address: listed = wanted } = entry;
        if (entry.reason === reason) notify('success', texts.done(listed));
        else notify('info', texts.stays(listed, t.suppressions.reasons[entry.reason]));
        onDone(listed);
      }}
    >
      <SpaceBetween size="m">
        <Box variant="p">{texts.effect}</Box>
        <FormField label={texts.address} stretch>
          <Input
            value={address}
            inputMode="email"
            placeholder="ana@example.com"
            autoComplete={false}
            spellcheck={false}
            autoFocus
            onChange={({ detail }) => setAddress(detail.value)}
          />
        </FormField>
        <FormField label={texts.why}>
          <RadioGroup
            value={reason}
            onChange={({ detail }) => setReason(detail.value as SuppressionReason)}
            items={[
              { value: 'manual', ...texts.manual },
              { value: 'unsubscribed', ...texts.unsubscribed },
            ]}
          />
        </FormField>
      </SpaceBetween>
    </ConfirmModal>
  );
}
