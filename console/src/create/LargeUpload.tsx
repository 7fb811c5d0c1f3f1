import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useRef, useState } from 'react';
import { createUpload, getUpload } from '../api/upload.ts';
import { campaignPath } from '../campaigns/paths.ts';
import { formatBytes, formatCount } from '../format/number.ts';
import { Failure } from '../frame/PageStates.tsx';
import { navigate } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { type Draft, optionsOf } from './draft.ts';
import { putFile } from './putFile.ts';

const POLL_MS = 1000;

/** Sends a large file to its address, follows how it is read, and leads to its campaign, which waits to be started. */
export function LargeUpload({ draft, onCancel }: { draft: Draft; onCancel: () => void }) {
  const texts = t.create.large;
  const [sent, setSent] = useState(0);
  const [uploadId, setUploadId] = useState<string>();
  const [error, setError] = useState<Error>();
  const begun = useRef(false);
  const stop = useRef(new AbortController());
  useEffect(() => {
    // Once, although React may run an effect twice: each run would be an upload.
    if (begun.current || draft.file === undefined) return;
    begun.current = true;
    const run = async (file: File) => {
      const upload = await createUpload(file, optionsOf(draft));
      await putFile(upload, file, setSent, stop.current.signal);
      setSent(1);
      setUploadId(upload.uploadId);
    };
    run(draft.file).catch((cause: unknown) => {
      if (!stop.current.signal.aborted) setError(cause instanceof Error ? cause : new Error(String(cause)));
    });
  }, [draft]);
  const state = useLive(uploadId, async (signal) => ({ upload: await getUpload(uploadId ?? '', signal) }), POLL_MS).data
    ?.upload;
  const batchId = state?.status === 'DONE' ? state.batchId : undefined;
  useEffect(() => {
    if (batchId !== undefined) navigate(campaignPath(batchId), 'replace');
  }, [batchId]);
  const failed =
    error ?? (state?.status === 'FAILED' ? new Error(texts.failedAt(state.reason ?? '', state.line)) : undefined);
  const cancel = () => {
    stop.current.abort();
    onCancel();
  };
  if (failed !== undefined) return <Failure error={failed} title={texts.failed} retry={cancel} />;
  const size = draft.file?.size ?? 0;
  return (
    <Container header={<Header variant="h2">{texts.title}</Header>}>
      <SpaceBetween size="l">
        <ProgressBar
          label={texts.uploading(draft.file?.name ?? '')}
          value={sent * 100}
          additionalInfo={t.campaigns.sentOf(formatBytes(sent * size), formatBytes(size))}
        />
        {uploadId !== undefined && (
          <ProgressBar
            label={texts.reading}
            value={(state?.progress ?? 0) * 100}
            additionalInfo={texts.rows(formatCount(state?.rows ?? 0))}
          />
        )}
        {uploadId === undefined && <Button onClick={cancel}>{t.common.cancel}</Button>}
      </SpaceBetween>
    </Container>
  );
}
