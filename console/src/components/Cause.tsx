import { readCause } from '../format/text.ts';

/** Why something failed, as far as it is known. The events have it in full. */
export function Cause({ text, quiet = false }: { text: string | undefined; quiet?: boolean }) {
  if (text === undefined) return null;
  return <div className={quiet ? 'pg-cause pg-muted' : 'pg-cause'}>{readCause(text)}</div>;
}
