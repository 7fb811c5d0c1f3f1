import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { redriveExecution } from '../api/states.ts';
import type { Execution } from '../api/types.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';

/** Redrives an execution, which continues where it failed. */
export function RedriveButton({ execution, onRedriven }: { execution: Execution; onRedriven: () => void }) {
  const [asking, setAsking] = useState(false);
  const notify = useNotify();
  const reason = whyNot(execution);
  return (
    <>
      <Button
        variant="primary"
        iconName="redo"
        disabled={reason !== undefined}
        {...(reason !== undefined && { disabledReason: reason })}
        onClick={() => setAsking(true)}
      >
        Redrive
      </Button>
      <ConfirmModal
        visible={asking}
        title="Redrive this execution?"
        confirm="Redrive"
        onDismiss={() => setAsking(false)}
        onConfirm={async () => {
          await redriveExecution(execution.executionArn);
          notify('success', 'The execution continues', 'Steps that succeeded are not run again.');
          onRedriven();
        }}
      >
        The execution continues at the state where it stopped, with the same input and definition. Steps that succeeded
        are not run again. In a Map Run, the failed and the pending items run.
      </ConfirmModal>
    </>
  );
}

/** Why an execution cannot be redriven; undefined when it can. */
function whyNot({ status, redriveStatus, redriveStatusReason, mapRunArn }: Execution): string | undefined {
  if (redriveStatus === 'REDRIVABLE') return undefined;
  if (redriveStatus === 'REDRIVABLE_BY_MAP_RUN' || mapRunArn !== undefined) {
    return 'A child is redriven with its Map Run: redrive the execution that started it.';
  }
  if (redriveStatusReason !== undefined) return redriveStatusReason;
  return status === 'RUNNING' ? 'It is running.' : `An execution with status ${status} cannot be redriven.`;
}
