import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { memo, type ReactNode } from 'react';
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';

/** Beyond this many characters the text is shown without colours: each coloured word is an element. */
const COLOUR_LIMIT = 60_000;

/** Shows JSON text indented and coloured, with a copy button. Other text is shown unchanged. */
export const JsonView = memo(function JsonView({ text, label }: { text: string | undefined; label: string }) {
  if (text === undefined) return <Box color="text-status-inactive">{later.executions.noJson}</Box>;
  const pretty = indent(text);
  return (
    <section className="pg-json" aria-label={label}>
      <div className="pg-json-copy">
        <CopyToClipboard
          variant="icon"
          textToCopy={pretty}
          copyButtonAriaLabel={t.common.copy(label)}
          copySuccessText={t.common.copied}
          copyErrorText={t.common.notCopied}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{pretty.length > COLOUR_LIMIT ? pretty : coloured(pretty)}</pre>
    </section>
  );
});

function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d[\d.eE+-]*\b/g;

function coloured(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, match.index));
    const [whole, string, colon, word] = match;
    const kind =
      string === undefined ? (word === undefined ? 'number' : 'word') : colon === undefined ? 'string' : 'key';
    parts.push(
      <span key={match.index} className={`pg-json-${kind}`}>
        {string ?? whole}
      </span>,
      colon ?? '',
    );
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}
