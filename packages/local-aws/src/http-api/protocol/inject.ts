import { createHash } from 'node:crypto';
import type { HttpAnswer } from './response.ts';

/** Settings for the HTML pages that the API serves to this machine, such as the API key. */
export interface PageSettings {
  /** Name of the global variable that receives the values. */
  readonly global: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Sets the global variable in an HTML answer; any other answer stays as it is. */
export function injectSettings(answer: HttpAnswer, { global, values }: PageSettings): HttpAnswer {
  if (!/^text\/html\b/i.test(answer.headers['content-type'] ?? '') || answer.headers['content-encoding']) return answer;
  const policy = answer.headers['content-security-policy'];
  // No script of the page could read it.
  if (policy?.includes("default-src 'none'") && !policy.includes('script-src')) return answer;
  // A "</script>" in the key must not end the script.
  const script = `globalThis.${global}=${JSON.stringify(values).replaceAll('<', '\\u003c')}`;
  const html = answer.body.toString().replace(/<head(\s[^>]*)?>/i, (head) => `${head}<script>${script}</script>`);
  // The validators belong to the unchanged page.
  const { etag: _etag, 'last-modified': _modified, ...headers } = answer.headers;
  return {
    ...answer,
    headers: {
      ...headers,
      'cache-control': 'no-store',
      ...(policy && { 'content-security-policy': allowScript(policy, script) }),
    },
    body: Buffer.from(html),
  };
}

function allowScript(policy: string, script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return policy.replace(/(script-src(?:-elem)?)\s/g, `$1 'sha256-${hash}' `);
}
