import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { stopExecution } from '../api/states.ts';
import type { Execution } from '../api/types.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';
import { later } from '../i18n/later.ts';

const texts = later.executions.stop;

/** Stops a running execution. A redrive can continue it later. */
export function StopButton({ execution, onStopped }: { execution: Execution; onStopped: () => void }) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState('');
  const [cause, setCause] = useState('');
  const notify = useNotify();
  const running = execution.status === 'RUNNING';
  return (
    <>
      <Button
        iconName="close"
        disabled={!running}
        {...(!running && { disabledReason: texts.ended })}
        onClick={() => setAsking(true)}
      >
        {texts.action}
      </Button>
      <ConfirmModal
        visible={asking}
        title={texts.title}
        confirm={texts.action}
        onDismiss={() => setAsking(false)}
        onConfirm={async () => {
          await stopExecution(execution.executionArn, { ...(error && { error }), ...(cause && { cause }) });
          notify('success', texts.done, texts.doneHint);
          onStopped();
        }}
      >
        <SpaceBetween size="m">
          <span>{texts.what}</span>
          <FormField label={texts.error} description={texts.errorHint}>
            <Input value={error} onChange={({ detail }) => setError(detail.value)} />
          </FormField>
          <FormField label={texts.cause} description={texts.causeHint}>
            <Input value={cause} onChange={({ detail }) => setCause(detail.value)} />
          </FormField>
        </SpaceBetween>
      </ConfirmModal>
    </>
  );
}
