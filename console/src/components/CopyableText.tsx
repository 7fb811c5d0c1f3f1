import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** An identifier to read and to copy; it may break anywhere. */
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
