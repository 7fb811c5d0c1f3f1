import { z } from 'zod';
import type { RouteDoc } from './routes.ts';

const path = z.object({
  token: z
    .string()
    .meta({ description: 'The token of the link in the email', example: '1.Y2FtcGFpZ24tMQphbmFAZXhhbXBsZS5jb20.c2ln' }),
});
const page = (description: string) => ({ description, schema: z.string(), contentType: 'text/html' });

export const UNSUBSCRIBE_ROUTES: readonly RouteDoc[] = [
  {
    method: 'get',
    path: '/unsubscribe/{token}',
    operationId: 'askToUnsubscribe',
    tag: 'Consent',
    summary: 'A page that asks whether to unsubscribe',
    description:
      'It never unsubscribes by itself. In English or Spanish, by Accept-Language. HEAD answers the same without a body.',
    open: true,
    params: { path },
    answers: { 200: page('The page; with a token that is not valid it says so') },
  },
  {
    method: 'post',
    path: '/unsubscribe/{token}',
    operationId: 'unsubscribe',
    tag: 'Consent',
    summary: 'Unsubscribe with one click, as RFC 8058 says',
    description:
      'Its body is `List-Unsubscribe=One-Click`, and it is not looked at. The answer is 200 for every token.',
    open: true,
    params: { path },
    answers: { 200: page('The address is unsubscribed, or the token is not valid') },
  },
];
