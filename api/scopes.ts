import { SCOPES, type Scope } from '../core/api-keys/api-keys.ts';

const GRAPHQL_ROUTE = 'POST /graphql';

/** The scopes of which a key needs one for a route. A route that is not listed is refused, except those that need no key. */
export const ROUTE_SCOPES: Readonly<Record<string, readonly Scope[]>> = {
  'POST /upload': ['send'],
  'POST /campaigns/upload': ['send'],
  'POST /campaigns/preflight': ['send'],
  'POST /uploads': ['send'],
  'GET /uploads/{uploadId}': ['send', 'read'],
  'GET /campaigns': ['read'],
  'GET /campaigns/{batchId}': ['read'],
  'GET /campaigns/{batchId}/sends': ['read'],
  'GET /campaigns/{batchId}/skipped.csv': ['read'],
  'GET /campaigns/{batchId}/sends.csv': ['read'],
  'GET /campaigns/{batchId}/failed.csv': ['read'],
  'POST /campaigns/{batchId}/start': ['send', 'operate'],
  'POST /campaigns/{batchId}/redrive': ['operate'],
  'POST /campaigns/{batchId}/stop': ['operate'],
  'GET /rate': ['read'],
  'PUT /rate': ['operate'],
  'GET /suppressions': ['read'],
  'GET /suppressions.csv': ['read'],
  'POST /suppressions': ['operate'],
  'PUT /suppressions/{address}': ['operate'],
  'DELETE /suppressions/{address}': ['operate'],
  'POST /emails/send': ['send'],
  'GET /emails/{id}': ['read'],
  'POST /v1/requests': ['send'],
  'POST /v1/requests/{id}/process': ['send'],
  'GET /v1/requests/{id}': ['read'],
  'POST /orders': ['send'],
  'PUT /orders/{orderId}': ['send'],
  'GET /orders/{orderId}': ['read'],
  // What the operation needs is checked again by its type, see GRAPHQL_SCOPES.
  [GRAPHQL_ROUTE]: ['read', 'operate'],
};

/** The scope that an operation of GraphQL needs, by its type. */
export const GRAPHQL_SCOPES: Readonly<Record<'query' | 'mutation', Scope>> = { query: 'read', mutation: 'operate' };

/** The routes by scope in Markdown, for the README. */
export function scopeTable(): string {
  const routes = Object.entries(ROUTE_SCOPES).filter(([route]) => route !== GRAPHQL_ROUTE);
  const rows = SCOPES.map((scope) => {
    const own = routes.filter(([, scopes]) => scopes.includes(scope)).map(([route]) => `\`${route}\``);
    const operations = Object.entries(GRAPHQL_SCOPES).filter(([, needed]) => needed === scope);
    const graphql = operations.map(([type]) => `\`${GRAPHQL_ROUTE}\` with a ${type}`);
    return `| ${scope} | ${[...own, ...graphql].join(', ')} |`;
  });
  return ['| scope | routes |', '|---|---|', ...rows].join('\n');
}
