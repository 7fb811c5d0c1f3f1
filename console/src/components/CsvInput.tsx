import FileUpload from '@cloudscape-design/components/file-upload';
import { formatBytes } from '../format/number.ts';
import { t } from '../i18n/texts.ts';

interface CsvInputProps {
  readonly file: File | undefined;
  readonly onChange: (file: File | undefined) => void;
  readonly error?: string | undefined;
  readonly warning?: string | undefined;
}

/** Takes a CSV by drop or by choice. It stands in a FormField. */
export function CsvInput({ file, onChange, error, warning }: CsvInputProps) {
  const texts = t.create.file;
  return (
    <FileUpload
      value={file === undefined ? [] : [file]}
      accept=".csv,.tsv,.txt,text/csv"
      showFileSize
      onChange={({ detail }) => onChange(detail.value[0])}
      {...(error !== undefined && { fileErrors: [error] })}
      {...(warning !== undefined && { fileWarnings: [warning] })}
      i18nStrings={{
        uploadButtonText: () => texts.choose,
        dropzoneText: () => texts.drop,
        removeFileAriaLabel: (_, name) => texts.remove(name),
        limitShowFewer: '',
        limitShowMore: '',
        errorIconAriaLabel: t.common.error,
        warningIconAriaLabel: t.common.warning,
        formatFileSize: formatBytes,
      }}
    />
  );
}
