import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { readCause } from '../format/text.ts';
import { later } from '../i18n/later.ts';
import { JsonView } from './JsonView.tsx';

interface CauseProps {
  readonly text: string | undefined;
  /** The error that is shown beside it, which is not repeated. */
  readonly error: string | undefined;
  readonly quiet?: boolean;
}

/** The cause of a failure in words, as far as it is known. The events contain it in full. */
export function Cause({ text, error, quiet = false }: CauseProps) {
  if (text === undefined) return null;
  const { kind, message, stack } = readCause(text);
  if (/^\s*[[{]/.test(message)) return <JsonView text={message} label={later.executions.json.cause} />;
  return (
    <div className={quiet ? 'pg-cause pg-muted' : 'pg-cause'}>
      {kind !== undefined && kind !== error && <strong>{kind}: </strong>}
      {message}
      {stack !== undefined && !quiet && (
        <ExpandableSection headerText={later.executions.thrownAt} variant="footer">
          <pre className="pg-stack">{stack.join('\n')}</pre>
        </ExpandableSection>
      )}
    </div>
  );
}
