import type { Principal, Step } from './types.ts';

/** Finds out who calls by the access key id: a role's own key, or else an administrator. */
export const identify =
  (identities: ReadonlyMap<string, Principal>): Step =>
  (request, next) => {
    const principal = identities.get(request.principal.accessKeyId);
    return next(principal ? { ...request, principal } : request);
  };
