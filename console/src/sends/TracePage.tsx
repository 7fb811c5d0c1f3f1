import Button from '@cloudscape-design/components/button';
import { useEffect } from 'react';
import { executionPath } from '../api/arn.ts';
import { getCampaign } from '../api/campaigns.ts';
import { findChild } from '../executions/findChild.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { navigate } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { sendPath, tracePath } from './links.ts';
import { parseSendId } from './sendId.ts';

const ONCE_MS = 3_600_000;

/** Finds the child execution that sent a row, and goes there. */
export default function TracePage({ rest: sendId }: PageProps) {
  usePageTitle([
    { text: sendId, href: sendPath(sendId) },
    { text: t.sends.trace, href: tracePath(sendId) },
  ]);
  const { data, error, refresh } = useLive(
    `trace ${sendId}`,
    async (signal) => {
      const { batchId, row } = parseSendId(sendId) ?? { batchId: '', row: 0 };
      const campaign = await getCampaign(batchId, signal);
      return { arn: campaign && (await findChild(campaign.executionArn, row, signal)) };
    },
    ONCE_MS,
  );
  const arn = data?.arn;
  useEffect(() => {
    if (arn !== undefined) navigate(executionPath(arn), 'replace');
  }, [arn]);
  const what = t.sends.findingTrace(String(parseSendId(sendId)?.row ?? '?'));
  if (data === undefined && error !== undefined) return <Failure error={error} what={what} retry={refresh} />;
  if (data === undefined || arn !== undefined) return <Loading what={what} />;
  return (
    <Empty title={t.sends.noTrace} action={<Button href={sendPath(sendId)}>{t.sends.send}</Button>}>
      {t.sends.noTraceHint}
    </Empty>
  );
}
