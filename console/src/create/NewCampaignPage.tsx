import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard from '@cloudscape-design/components/wizard';
import { useCallback, useEffect, useState } from 'react';
import { uploadCampaign } from '../api/upload.ts';
import { CAMPAIGNS_PATH, campaignPath, NEW_CAMPAIGN_PATH } from '../campaigns/paths.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { local } from '../frame/local.ts';
import { useNotify } from '../frame/notifications.tsx';
import { navigate, useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import '../campaigns/campaigns.css';
import '../emails/emails.css';
import './create.css';
import { asksFormat, CheckStep } from './CheckStep.tsx';
import { actionOf, ConfirmStep } from './ConfirmStep.tsx';
import { type Draft, EMPTY_DRAFT, isLarge, optionsOf } from './draft.ts';
import { FileStep } from './FileStep.tsx';
import { readColumns } from './file.ts';
import { LargeUpload } from './LargeUpload.tsx';
import { OptionsStep, optionsProblem } from './OptionsStep.tsx';
import { looksLikeHtml, unknownTags } from './tags.ts';
import { type Checked, usePreflight } from './usePreflight.ts';

const [FILE, CHECK, OPTIONS, CONFIRM] = [0, 1, 2, 3];

/** A new campaign, step by step. Nothing is sent before the last click. */
export default function NewCampaignPage() {
  usePageTitle([
    { text: t.campaigns.title, href: CAMPAIGNS_PATH },
    { text: t.campaigns.create, href: NEW_CAMPAIGN_PATH },
  ]);
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [step, setStep] = useState(FILE);
  const [problem, setProblem] = useState<string>();
  const checked = usePreflight(draft);
  const last = useLastClick(draft);
  const change = useCallback((changes: Partial<Draft>) => {
    setProblem(undefined);
    setDraft((old) => ({ ...old, ...changes }));
  }, []);
  useExample(change);
  useColumns(draft.file, setColumns, change);

  const go = (to: number) => {
    const found = to > step ? problemOf(step, draft, columns, checked) : undefined;
    setProblem(found);
    if (found !== undefined) return;
    setStep(to);
    if (to === CHECK || to === CONFIRM) void checked.check(draft);
  };
  // An answer about the format changes the mails, so they are made again at once.
  const { check } = checked;
  useEffect(() => {
    if (step === CHECK) void check(draft);
  }, [step, draft, check]);

  if (last.isLarge) return <LargeUpload draft={draft} onCancel={last.cancel} />;
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{t.campaigns.create}</Header>
      <Wizard
        activeStepIndex={step}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate(CAMPAIGNS_PATH)}
        onSubmit={() => {
          const found = problemOf(CONFIRM, draft, columns, checked);
          setProblem(found);
          if (found === undefined) void last.run();
        }}
        submitButtonText={actionOf(draft, checked)}
        isLoadingNextStep={last.busy || checked.busy}
        i18nStrings={{
          stepNumberLabel: t.create.step,
          collapsedStepsLabel: t.create.stepOf,
          navigationAriaLabel: t.create.steps,
          cancelButton: t.common.cancel,
          previousButton: t.create.back,
          nextButton: t.create.next,
        }}
        steps={[
          {
            title: t.create.file.step,
            content: <FileStep draft={draft} change={change} columns={columns} />,
          },
          {
            title: t.create.check.step,
            content: <CheckStep draft={draft} change={change} checked={checked} />,
          },
          { title: t.create.options.step, content: <OptionsStep draft={draft} change={change} /> },
          {
            title: t.create.confirm.step,
            content: <ConfirmStep draft={draft} checked={checked} error={last.error} />,
          },
        ].map((each, index) => ({ ...each, ...(index === step && problem !== undefined && { errorText: problem }) }))}
      />
    </SpaceBetween>
  );
}

/** What keeps the user from the next step. */
function problemOf(step: number, draft: Draft, columns: readonly string[], checked: Checked): string | undefined {
  const texts = t.create.problems;
  if (step === FILE) {
    if (draft.file === undefined) return texts.noFile;
    if (!draft.ownContent) return undefined;
    if (draft.subject.trim() === '' || draft.content.trim() === '') return texts.noContent;
    if (columns.length > 0 && unknownTags(draft.subject + draft.content, columns).length > 0) return texts.unknownTags;
    if (looksLikeHtml(draft.content) && draft.format === undefined) return t.create.format.choose;
    return undefined;
  }
  if (step === OPTIONS) return optionsProblem(draft) === undefined ? undefined : texts.options;
  if (checked.partial && checked.error === undefined) return undefined;
  if (checked.data === undefined) return texts.notChecked;
  if (asksFormat(draft, checked.data) && draft.format === undefined) return t.create.format.choose;
  return undefined;
}

/** The last click: a small file is sent to the API and becomes a campaign, a large one is uploaded and waits for its start. */
function useLastClick(draft: Draft) {
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const [large, setLarge] = useState(false);
  const run = async () => {
    if (draft.file === undefined || busy) return;
    if (isLarge(draft.file)) return setLarge(true);
    setBusy(true);
    setError(undefined);
    try {
      const { batchId, duplicate } = await uploadCampaign(draft.file, optionsOf(draft));
      if (duplicate) notify('warning', t.create.check.duplicate, t.create.check.duplicateHint);
      navigate(campaignPath(batchId), 'replace');
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
      setBusy(false);
    }
  };
  return { busy, error, run, isLarge: large, cancel: () => setLarge(false) };
}

/** With `?example=1` the example is chosen. On AWS its addresses reach nobody, so that it is a dry run there. */
function useExample(change: (changes: Partial<Draft>) => void): void {
  const [query] = useQuery();
  const isExample = query.get('example') !== null;
  useEffect(() => {
    if (!isExample) return;
    void import('../../../examples/welcome.csv').then(({ default: csv }) => {
      const file = new File([csv], 'welcome.csv', { type: 'text/csv' });
      change({ file, ...(local === undefined && { dryRun: true }) });
    });
  }, [isExample, change]);
}

/** Reads the columns of the file, and chooses to write the content here where the file has none. */
function useColumns(
  file: File | undefined,
  setColumns: (columns: readonly string[]) => void,
  change: (changes: Partial<Draft>) => void,
): void {
  useEffect(() => {
    setColumns([]);
    if (file === undefined) return;
    let current = true;
    void readColumns(file).then((columns) => {
      if (!current) return;
      setColumns(columns);
      change({ ownContent: !columns.includes('subject') || !columns.includes('content') });
    });
    return () => {
      current = false;
    };
  }, [file, setColumns, change]);
}
