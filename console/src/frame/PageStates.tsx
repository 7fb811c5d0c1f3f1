import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { ReactNode } from 'react';
import { isMissing } from '../api/call.ts';
import { t } from '../i18n/texts.ts';

/** Shown while a page or a pane is loading. */
export function Loading({ what }: { what: string }) {
  return (
    <Box textAlign="center" padding={{ vertical: 'xxl' }} color="text-status-inactive">
      <Spinner size="large" />
      <Box padding={{ top: 's' }} color="inherit">
        {t.common.loading(what)}
      </Box>
    </Box>
  );
}

/** Says that there is nothing to show, why, and what to do. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: 'l' }}>
      <SpaceBetween size="xs">
        <Box variant="strong" color="inherit">
          {title}
        </Box>
        {children !== undefined && (
          <Box variant="p" color="text-body-secondary">
            {children}
          </Box>
        )}
        {action}
      </SpaceBetween>
    </Box>
  );
}

/** A failed request for `what`, or a failed action with a title of its own. If the page still shows older data (`stale`), it is a warning. */
export function Failure({
  error,
  what = '',
  title,
  retry,
  stale = false,
}: {
  error: Error;
  what?: string;
  title?: string;
  retry?: () => void;
  stale?: boolean;
}) {
  const missing = stale ? t.common.cannotRefresh(what) : t.common.cannotLoad(what);
  return (
    <Alert
      type={stale ? 'warning' : 'error'}
      header={title ?? missing}
      action={retry && <Button onClick={retry}>{t.common.tryAgain}</Button>}
    >
      {error.message}
      {stale && ` ${isMissing(error) ? t.common.last : t.common.stale}`}
    </Alert>
  );
}
