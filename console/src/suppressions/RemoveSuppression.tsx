import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type SuppressionReason, unsuppress } from '../api/suppressions.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';
import { t } from '../i18n/texts.ts';

interface RemoveSuppressionProps {
  readonly address: string;
  readonly reason: SuppressionReason;
  readonly onDismiss: () => void;
  readonly onDone: () => void;
}

/** Says what the removal means before it. An entry that protects the sender asks for one more answer. */
export function RemoveSuppression({ address, reason, onDismiss, onDone }: RemoveSuppressionProps) {
  const notify = useNotify();
  const [isSure, setSure] = useState(false);
  const texts = t.suppressions.remove;
  const protects = reason === 'bounced' || reason === 'complained';
  return (
    <ConfirmModal
      visible
      title={texts.title}
      confirm={texts.action}
      confirmDisabled={protects && !isSure}
      onDismiss={onDismiss}
      onConfirm={async () => {
        await unsuppress(address);
        notify('success', texts.done(address));
        onDone();
      }}
    >
      <SpaceBetween size="m">
        <div className="pg-breaking">
          <Box variant="strong">{address}</Box>
        </div>
        <div>{texts.why[reason]}</div>
        <div>{texts.effect}</div>
        {protects && (
          <Checkbox checked={isSure} onChange={({ detail }) => setSure(detail.checked)}>
            {texts.sure[reason]}
          </Checkbox>
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}
