import type { Body, Result } from '../protocol/dispatch.ts';
import type { DynaliteStore } from '../state/dynalite-store.ts';

/**
 * Remembers a table's time to live and tells it again. Nothing is deleted by it: AWS itself promises only that an
 * expired item goes within days, so no reader may rely on it.
 */
export function timeToLive(store: DynaliteStore, operation: string, request: Body): Result {
  const name = String(request.TableName);
  let result: Result = { status: 500, body: {} };
  store.getTable(name, false, (error, table) => {
    if (error || !table) {
      const message = `Requested resource not found: Table: ${name} not found`;
      const __type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
      result = { status: 400, body: { __type, message } };
      return;
    }
    const known = store.getTagDb(`ttl~${name}`);
    if (operation === 'UpdateTimeToLive') {
      known.put('specification', request.TimeToLiveSpecification, () => undefined);
      result = { status: 200, body: { TimeToLiveSpecification: request.TimeToLiveSpecification } };
      return;
    }
    known.get('specification', (_error, found) => {
      result = { status: 200, body: { TimeToLiveDescription: describe(found) } };
    });
  });
  return result;
}

function describe(specification: unknown): Body {
  const { Enabled, AttributeName } = (specification ?? {}) as Body;
  return Enabled === true ? { TimeToLiveStatus: 'ENABLED', AttributeName } : { TimeToLiveStatus: 'DISABLED' };
}
