import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { stopExecution } from '../api/states.ts';
import type { Execution } from '../api/types.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';

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
        {...(!running && { disabledReason: 'This execution has ended. Only a running execution can be stopped.' })}
        onClick={() => setAsking(true)}
      >
        Stop
      </Button>
      <ConfirmModal
        visible={asking}
        title="Stop this execution?"
        confirm="Stop"
        onDismiss={() => setAsking(false)}
        onConfirm={async () => {
          await stopExecution(execution.executionArn, { ...(error && { error }), ...(cause && { cause }) });
          notify('success', 'The execution was stopped', 'A redrive continues where it stopped.');
          onStopped();
        }}
      >
        <SpaceBetween size="m">
          <span>It ends as aborted, and so do its running Map Runs with their children.</span>
          <FormField label="Error" description="A short name, such as Operator.Stopped. Optional.">
            <Input value={error} onChange={({ detail }) => setError(detail.value)} />
          </FormField>
          <FormField label="Cause" description="The reason, for readers of the history. Optional.">
            <Input value={cause} onChange={({ detail }) => setCause(detail.value)} />
          </FormField>
        </SpaceBetween>
      </ConfirmModal>
    </>
  );
}
