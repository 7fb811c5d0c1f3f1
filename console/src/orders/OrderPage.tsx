import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { getOrder, type Order } from '../api/orders.ts';
import { formatTime } from '../format/time.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { useNarrow } from '../live/useMedia.ts';
import { emailBatchPath, LOOK_UP_PATH, orderPath } from '../sends/links.ts';

const POLL_MS = 5000;

/** An order: its fields and the changes that were processed, each with the email about it. */
export default function OrderPage({ rest: orderId }: PageProps) {
  const texts = t.orders;
  usePageTitle([
    { text: t.lookUp.title, href: LOOK_UP_PATH },
    { text: orderId, href: orderPath(orderId) },
  ]);
  const { data, error, refresh } = useLive(
    `order ${orderId}`,
    async (signal) => ({ order: await getOrder(orderId, signal) }),
    POLL_MS,
  );
  if (data === undefined) {
    if (error === undefined) return <Loading what={texts.title} />;
    return <Failure error={error} what={texts.title} retry={refresh} />;
  }
  if (data.order === undefined) return <Empty title={texts.unknown}>{t.sends.unknownHint}</Empty>;
  return <OrderView order={data.order} />;
}

function OrderView({ order }: { order: Order }) {
  const narrow = useNarrow();
  const texts = t.orders;
  const { customer, deliveryDate, reasonForCancellation } = order;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={order.description}>
        <span className="pg-title">{order.orderId}</span>
      </Header>
      <Container>
        <KeyValuePairs
          columns={narrow ? 1 : 4}
          minColumnWidth={140}
          items={[
            { label: t.common.status, value: texts.statuses[order.status] },
            { label: texts.registered, value: order.registerDate },
            { label: texts.delivery, value: deliveryDate || '–' },
            { label: texts.customer, value: customer === undefined ? '–' : customer.email },
            ...(reasonForCancellation === '' ? [] : [{ label: texts.reason, value: reasonForCancellation }]),
          ]}
        />
      </Container>
      <Table
        variant="container"
        items={order.timeline}
        trackBy="at"
        wrapLines
        sortingDisabled
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: texts.timeline }}
        header={<Header variant="h2">{texts.timeline}</Header>}
        empty={<Empty title={texts.none}>{texts.noneHint}</Empty>}
        columnDefinitions={[
          {
            id: 'status',
            header: t.common.status,
            isRowHeader: true,
            minWidth: 110,
            cell: ({ status }) => texts.statuses[status],
          },
          {
            id: 'changed',
            header: texts.changed,
            minWidth: 170,
            cell: ({ changedAt }) => formatTime(Date.parse(changedAt) / 1000),
          },
          {
            id: 'notice',
            header: texts.notice,
            minWidth: 130,
            cell: ({ batchId, notified }) =>
              batchId === undefined ? (
                notified ? (
                  '–'
                ) : (
                  texts.nobody
                )
              ) : (
                <Link href={emailBatchPath(batchId)}>{texts.email}</Link>
              ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
