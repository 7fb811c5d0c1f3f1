import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import { t } from '../i18n/texts.ts';

interface ConfirmModalProps {
  readonly visible: boolean;
  readonly title: string;
  /** The text of the button, a verb. */
  readonly confirm: string;
  readonly children: ReactNode;
  /** The dialogue closes when it resolves. An error is shown in the dialogue. */
  readonly onConfirm: () => Promise<void>;
  readonly onDismiss: () => void;
  readonly confirmDisabled?: boolean;
}

/** Asks for confirmation before an action, and shows the error if the action fails. */
export function ConfirmModal(props: ConfirmModalProps) {
  const { visible, title, confirm, children, onConfirm, onDismiss, confirmDisabled = false } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const close = () => {
    setError(undefined);
    onDismiss();
  };
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      visible={visible}
      header={title}
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button variant="primary" loading={busy} disabled={confirmDisabled} onClick={run}>
              {confirm}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <div>{children}</div>
        {error !== undefined && (
          <Alert type="error" header={error.name}>
            {error.message}
          </Alert>
        )}
      </SpaceBetween>
    </Modal>
  );
}
