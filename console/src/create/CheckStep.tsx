import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Preflight } from '../api/upload.ts';
import { campaignPath } from '../campaigns/paths.ts';
import { formatCount } from '../format/number.ts';
import { Failure, Loading } from '../frame/PageStates.tsx';
import { t } from '../i18n/texts.ts';
import type { StepProps } from './FileStep.tsx';
import { FormatField } from './FormatField.tsx';
import { Samples } from './Samples.tsx';
import { SkippedRows } from './SkippedRows.tsx';
import { looksLikeHtml } from './tags.ts';
import type { Checked } from './usePreflight.ts';

/** What the API says about the file: rows, skipped rows, warnings, and the mails as they will be. */
export function CheckStep({ draft, change, checked }: StepProps & { checked: Checked }) {
  const texts = t.create.check;
  const { data, error, busy, partial } = checked;
  if (error !== undefined) {
    return (
      <SpaceBetween size="m">
        <Failure error={error} title={texts.refused} retry={() => void checked.check(draft)} />
        <Alert type="info">{texts.refusedHint}</Alert>
      </SpaceBetween>
    );
  }
  if (busy) return <Loading what={texts.loading} />;
  if (data === undefined) return <Alert type="info">{texts.notBefore}</Alert>;
  return (
    <SpaceBetween size="l">
      {partial && <Alert type="info">{texts.partial(formatCount(data.total))}</Alert>}
      {data.duplicateOf != null && (
        <Alert type="warning" header={texts.duplicate}>
          {texts.duplicateHint} <Link href={campaignPath(data.duplicateOf)}>{texts.duplicateLink}</Link>
        </Alert>
      )}
      <Summary data={data} />
      {asksFormat(draft, data) && (
        <Container>
          <FormatField draft={draft} change={change} />
        </Container>
      )}
      {data.skipped > 0 && <SkippedRows data={data} fileName={draft.file?.name ?? ''} />}
      {data.samples.length > 0 && <Samples samples={data.samples} />}
    </SpaceBetween>
  );
}

/** Whether a person has to say if the content is HTML. */
export function asksFormat({ format }: StepProps['draft'], data: Preflight | undefined): boolean {
  if (format === 'html') return false;
  return data?.samples.some(({ text, html }) => html == null && looksLikeHtml(text)) ?? false;
}

function Summary({ data }: { data: Preflight }) {
  const texts = t.create.check;
  return (
    <Container header={<Header variant="h2">{texts.title}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={3}
          minColumnWidth={110}
          items={[
            { label: texts.toSend, value: <strong>{formatCount(data.enqueued)}</strong> },
            { label: t.campaigns.skipped, value: formatCount(data.skipped) },
            { label: texts.rows, value: formatCount(data.total) },
          ]}
        />
        {data.quota?.enough === false && (
          <Alert type="warning" header={texts.quota}>
            {texts.quotaHint}
          </Alert>
        )}
        {data.warnings.length > 0 && (
          <Alert type="warning" header={t.campaigns.details.warnings}>
            <ul className="pg-list">
              {data.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}
