import { AWS_LIMITS, type Maxima } from '../../limits/limits.ts';
import type { Faux } from '../state/fauxqs.ts';

type Body = Record<string, unknown>;
type Actions = Map<string, (body: Body) => unknown>;

interface Entry extends Body {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface BatchResult {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

const BATCHES = ['SendMessageBatch', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch'];

/** Replaces fauxqs' limits of batches, which are AWS's own and cannot be set, where others are in force. */
export function limitBatches({ SqsError }: Pick<Faux, 'SqsError'>, actions: Actions, max: Maxima): void {
  const { 'sqs.batchEntries': mostEntries, 'sqs.messageBytes': mostBytes } = max;
  const isOfAws = (['sqs.batchEntries', 'sqs.messageBytes'] as const).every(
    (name) => max[name] === AWS_LIMITS.max[name],
  );
  if (isOfAws) return;
  const send = actions.get('SendMessage');
  for (const name of BATCHES) {
    const action = actions.get(name);
    if (!action || !send) continue;
    // A batch with one entry is within every limit but that of its bytes, which SendMessage takes from the queue.
    const one = (body: Body, entry: Entry): BatchResult => {
      if (name !== 'SendMessageBatch') return action({ ...body, Entries: [entry] }) as BatchResult;
      try {
        return { Successful: [{ Id: entry.Id, ...(send({ ...body, ...entry }) as object) }], Failed: [] };
      } catch (error) {
        if (!(error instanceof SqsError)) throw error;
        const Code = error.toJSON().__type.split('#').at(-1);
        return { Successful: [], Failed: [{ Id: entry.Id, SenderFault: true, Code, Message: error.message }] };
      }
    };
    actions.set(name, (body) => {
      const entries = (body.Entries ?? []) as Entry[];
      if (entries.length > mostEntries) {
        const message = `Maximum number of entries per request are ${mostEntries}.`;
        throw new SqsError('TooManyEntriesInBatchRequest', message);
      }
      const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
      if (bytes > mostBytes) {
        throw new SqsError('BatchRequestTooLong', `Batch requests cannot be longer than ${mostBytes} bytes.`);
      }
      // fauxqs words what is wrong with an empty batch.
      if (entries.length === 0) return action(body);
      const results = entries.map((entry) => one(body, entry));
      return {
        Successful: results.flatMap(({ Successful }) => Successful),
        Failed: results.flatMap(({ Failed }) => Failed),
      };
    });
  }
}

/** Bytes of a message with the names, types and values of its attributes. */
function sizeOf({ MessageBody = '', MessageAttributes = {} }: Entry): number {
  const attributes = Object.entries(MessageAttributes).flatMap(([name, attribute]) => [
    name,
    ...Object.values(attribute),
  ]);
  return [MessageBody, ...attributes].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
