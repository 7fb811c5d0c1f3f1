import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { getRequest, type NotificationRequest } from '../api/requests.ts';
import { CopyableText } from '../components/CopyableText.tsx';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { LOOK_UP_PATH, requestPath } from '../sends/links.ts';

const MOVING_MS = 1000;
/** A failed request is sent again only by another call. */
const QUIET_MS = 15_000;

const TYPES: Record<NotificationRequest['status'], StatusIndicatorProps.Type> = {
  queued: 'pending',
  processing: 'in-progress',
  sent: 'success',
  failed: 'error',
};

/** A notification request. The API tells its status and nothing more. */
export default function RequestPage({ rest: id }: PageProps) {
  const texts = t.requests;
  usePageTitle([
    { text: t.lookUp.title, href: LOOK_UP_PATH },
    { text: texts.title, href: requestPath(id) },
  ]);
  const { data, error, refresh } = useLive(
    `request ${id}`,
    async (signal) => ({ request: await getRequest(id, signal) }),
    (found) => (found?.request?.status === 'processing' ? MOVING_MS : QUIET_MS),
  );
  if (data === undefined) {
    if (error === undefined) return <Loading what={texts.title} />;
    return <Failure error={error} what={texts.title} retry={refresh} />;
  }
  const { request } = data;
  if (request === undefined) return <Empty title={texts.unknown}>{t.sends.unknownHint}</Empty>;
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={texts.description}>
        {texts.title}
      </Header>
      <Container>
        <KeyValuePairs
          columns={2}
          items={[
            {
              label: t.common.status,
              value: <StatusIndicator type={TYPES[request.status]}>{texts.statuses[request.status]}</StatusIndicator>,
            },
            { label: texts.id, value: <CopyableText text={request.id} what={t.sends.id} /> },
          ]}
        />
      </Container>
    </SpaceBetween>
  );
}
