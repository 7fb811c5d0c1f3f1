import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** An identifier with a copy button. The text may wrap at any character. */
export function CopyableText({ text, what }: { text: string; what: string }) {
  return (
    <span className="pg-copyable">
      <CopyToClipboard
        variant="inline"
        textToCopy={text}
        copyButtonAriaLabel={`Copy ${what}`}
        copySuccessText="Copied"
        copyErrorText="The browser did not allow it"
      />
    </span>
  );
}
