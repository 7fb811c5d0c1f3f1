import { ROUTE_SCOPES } from '../../api/scopes.ts';
import { type ApiKey, findApiKey } from '../../core/api-keys/api-keys.ts';
import type { Telemetry } from '../../core/telemetry.ts';

/** What API Gateway passes to the functions and writes to the access log about the key of a request. */
export interface KeyContext {
  keyName: string;
  /** Separated by spaces. */
  scopes: string;
}

export type Authorization = { isAuthorized: false } | { isAuthorized: true; context: KeyContext };

const REFUSED: Authorization = { isAuthorized: false };

/** Whether the bearer key of an Authorization header may call a route, such as `GET /campaigns`. */
export function createAuthorize(currentKeys: () => Promise<readonly ApiKey[]>, telemetry: Pick<Telemetry, 'info'>) {
  return async function authorize(authorization: string | undefined, routeKey: string): Promise<Authorization> {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    const key = given === undefined ? undefined : findApiKey(await currentKeys(), given);
    if (!key) return REFUSED;
    const needed = Object.hasOwn(ROUTE_SCOPES, routeKey) ? (ROUTE_SCOPES[routeKey] ?? []) : [];
    if (!needed.some((scope) => key.scopes.includes(scope))) {
      telemetry.info('The key lacks the scope', { key: key.name, route: routeKey, needed });
      return REFUSED;
    }
    return { isAuthorized: true, context: { keyName: key.name, scopes: key.scopes.join(' ') } };
  };
}
