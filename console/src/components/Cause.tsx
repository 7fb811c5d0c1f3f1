import { readCause } from '../format/text.ts';

/** The cause of a failure, as far as it is known. The events contain it in full. */
export function Cause({ text, quiet = false }: { text: string | undefined; quiet?: boolean }) {
  if (text === undefined) return null;
  return <div className={quiet ? 'pg-cause pg-muted' : 'pg-cause'}>{readCause(text)}</div>;
}
