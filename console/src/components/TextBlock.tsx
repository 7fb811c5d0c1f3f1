/** Text as it is: it wraps, and scrolls when it is long. */
export function TextBlock({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <pre className="pg-text" tabIndex={0}>
      {text}
    </pre>
  );
}
