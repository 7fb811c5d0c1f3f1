import Modal from '@cloudscape-design/components/modal';
import type { ReactNode } from 'react';
import { useNarrow } from '../live/useMedia.ts';

/** Shows a detail beside its list or, on a narrow screen, in a dialogue over it. */
export function MasterDetail({
  master,
  detail,
  title,
  placeholder,
  onDismiss,
}: {
  master: ReactNode;
  /** Undefined while nothing is selected. */
  detail: ReactNode | undefined;
  title: string;
  placeholder: ReactNode;
  onDismiss: () => void;
}) {
  const narrow = useNarrow();
  if (narrow) {
    return (
      <>
        {master}
        <Modal visible={detail !== undefined} header={title} onDismiss={onDismiss} size="large">
          {detail}
        </Modal>
      </>
    );
  }
  return (
    <div className="pg-panes">
      <div className="pg-pane-master">{master}</div>
      <aside className="pg-pane-detail" aria-label={title}>
        {detail ?? placeholder}
      </aside>
    </div>
  );
}
