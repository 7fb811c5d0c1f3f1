import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { t } from '../i18n/texts.ts';

/** An identifier with a copy button. The text may wrap at any character. */
export function CopyableText({ text, what }: { text: string; what: string }) {
  return (
    <span className="pg-copyable">
      <CopyToClipboard
        variant="inline"
        textToCopy={text}
        copyButtonAriaLabel={t.common.copy(what)}
        copySuccessText={t.common.copied}
        copyErrorText={t.common.notCopied}
      />
    </span>
  );
}
