import type { DynaliteStore } from '../state/dynalite-store.ts';
import { type Answer, failure, type Request } from './answer.ts';

/** UpdateTimeToLive and DescribeTimeToLive. */
export function timeToLive(store: DynaliteStore, operation: string, request: Request): Answer {
  const name = String(request.TableName);
  let answer: Answer = { status: 500, body: '{}' };
  store.getTable(name, false, (error, table) => {
    if (error || !table) {
      const message = `Requested resource not found: Table: ${name} not found`;
      answer = failure('com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message);
      return;
    }
    const settings = store.getTagDb(`ttl~${name}`);
    if (operation === 'UpdateTimeToLive') {
      const { TimeToLiveSpecification } = request;
      settings.put('specification', TimeToLiveSpecification, () => undefined);
      answer = { status: 200, body: JSON.stringify({ TimeToLiveSpecification }) };
      return;
    }
    settings.get('specification', (_error, found) => {
      answer = { status: 200, body: JSON.stringify({ TimeToLiveDescription: describe(found) }) };
    });
  });
  return answer;
}

function describe(specification: unknown): Request {
  const { Enabled, AttributeName } = (specification ?? {}) as Request;
  return Enabled === true ? { TimeToLiveStatus: 'ENABLED', AttributeName } : { TimeToLiveStatus: 'DISABLED' };
}
