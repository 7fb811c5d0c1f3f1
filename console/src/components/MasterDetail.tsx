import Modal from '@cloudscape-design/components/modal';
import type { ReactNode } from 'react';
import { useNarrow } from '../live/useMedia.ts';

/** A detail beside what it was chosen from, or over it where there is no room for both. */
export function MasterDetail({
  master,
  detail,
  title,
  placeholder,
  onDismiss,
}: {
  master: ReactNode;
  /** Undefined while nothing is chosen. */
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
