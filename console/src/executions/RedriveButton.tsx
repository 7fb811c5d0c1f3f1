import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { redriveExecution } from '../api/states.ts';
import type { Execution } from '../api/types.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';
import { later } from '../i18n/later.ts';

const texts = later.executions.redrive;

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
        {texts.action}
      </Button>
      <ConfirmModal
        visible={asking}
        title={texts.title}
        confirm={texts.action}
        onDismiss={() => setAsking(false)}
        onConfirm={async () => {
          await redriveExecution(execution.executionArn);
          notify('success', texts.done, texts.doneHint);
          onRedriven();
        }}
      >
        {texts.what}
      </ConfirmModal>
    </>
  );
}

/** Why an execution cannot be redriven; undefined when it can. */
function whyNot({ status, redriveStatus, redriveStatusReason, mapRunArn }: Execution): string | undefined {
  if (redriveStatus === 'REDRIVABLE') return undefined;
  if (redriveStatus === 'REDRIVABLE_BY_MAP_RUN' || mapRunArn !== undefined) {
    return texts.ofMapRun;
  }
  if (redriveStatusReason !== undefined) return redriveStatusReason;
  return status === 'RUNNING' ? texts.running : texts.impossible(status);
}
