/** The SES v2 operation that a method and a path name. */
export function sesOperation(method: string, path: string): string {
  if (method === 'POST' && path === '/v2/email/outbound-emails') return 'SendEmail';
  if (method === 'GET' && path === '/v2/email/account') return 'GetAccount';
  if (method === 'GET' && path === '/v2/email/identities') return 'ListEmailIdentities';
  if (method === 'GET' && path.startsWith('/v2/email/identities/')) return 'GetEmailIdentity';
  return `${method} ${path}`;
}
