import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type ImportedSuppressions, importSuppressions } from '../api/suppressions.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { CsvInput } from '../components/CsvInput.tsx';
import { SkippedRows } from '../create/SkippedRows.tsx';
import { formatCount } from '../format/number.ts';
import { t } from '../i18n/texts.ts';

/** What the import of a file did. */
export interface Imported extends ImportedSuppressions {
  readonly fileName: string;
}

interface ImportSuppressionsProps {
  readonly onDismiss: () => void;
  readonly onDone: (imported: Imported) => void;
}

/** Adds the addresses of a file. */
export function ImportSuppressions({ onDismiss, onDone }: ImportSuppressionsProps) {
  const [file, setFile] = useState<File>();
  const texts = t.suppressions.import;
  return (
    <ConfirmModal
      visible
      title={texts.title}
      confirm={texts.confirm}
      confirmDisabled={file === undefined}
      onDismiss={onDismiss}
      onConfirm={async () => {
        if (file !== undefined) onDone({ ...(await importSuppressions(file)), fileName: file.name });
      }}
    >
      <SpaceBetween size="m">
        <Box variant="p">{texts.what}</Box>
        <FormField label={texts.file} stretch>
          <CsvInput file={file} onChange={setFile} />
        </FormField>
      </SpaceBetween>
    </ConfirmModal>
  );
}

/** The result of an import, with the rows that it left out. */
export function ImportResult({ imported, onDismiss }: { imported: Imported; onDismiss: () => void }) {
  const { fileName, added, unchanged, skipped } = imported;
  const texts = t.suppressions.import;
  return (
    <SpaceBetween size="s">
      <LiveRegion>
        <Alert
          type={skipped > 0 ? 'warning' : 'success'}
          header={texts.result(fileName)}
          dismissible
          onDismiss={onDismiss}
        >
          {texts.added(formatCount(added), added)} {texts.unchanged(formatCount(unchanged))}{' '}
          {texts.skipped(formatCount(skipped), skipped)}
        </Alert>
      </LiveRegion>
      {skipped > 0 && <SkippedRows data={imported} fileName={fileName} description={texts.skippedHint} />}
    </SpaceBetween>
  );
}
