import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { t } from '../i18n/texts.ts';

const SHOWN = 8;

/** The first eight characters of an identifier, with a button that copies all of it. */
export function ShortId({ id, what }: { id: string; what: string }) {
  return (
    <span className="pg-short-id" title={id}>
      <code>{id.slice(0, SHOWN)}</code>
      <CopyToClipboard
        variant="icon"
        textToCopy={id}
        copyButtonAriaLabel={t.common.copy(what)}
        copySuccessText={t.common.copied}
        copyErrorText={t.common.notCopied}
      />
    </span>
  );
}
