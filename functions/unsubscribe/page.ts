import { createHash } from 'node:crypto';
import { escapeHtml } from '../../core/csv/template.ts';
import type { HttpAnswer } from '../common/http.ts';

const LANGUAGES = ['en', 'es'] as const;
type Language = (typeof LANGUAGES)[number];

const TEXTS = {
  en: {
    title: 'Unsubscribe',
    ask: 'You will get no more campaign emails at {address}.',
    button: 'Unsubscribe',
    done: 'Done. {address} gets no more campaign emails from us.',
    invalid: 'This link is not complete or not valid. Open the link of the email again.',
  },
  es: {
    title: 'Darse de baja',
    ask: 'No recibirás más correos de campaña en {address}.',
    button: 'Darme de baja',
    done: 'Hecho. {address} no recibirá más correos de campaña.',
    invalid: 'Este enlace está incompleto o no es válido. Vuelve a abrir el enlace del correo.',
  },
} as const satisfies Record<Language, Record<string, string>>;

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#16191f;background:#fff}' +
  'button{font:inherit;padding:.5rem 1.25rem;border:0;border-radius:.25rem;background:#0958a8;color:#fff;cursor:pointer}' +
  'strong{overflow-wrap:anywhere}';

/** No script runs, nothing is loaded, and the form sends to this origin only. The address of the page is a secret of its reader. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
  vary: 'Accept-Language',
};

/** The page of a link: `ask` has the form that unsubscribes, `done` confirms it. */
export function unsubscribePage(
  shown: { state: 'ask' | 'done'; address: string } | { state: 'invalid' },
  acceptLanguage: string | undefined,
): HttpAnswer {
  const language = languageOf(acceptLanguage);
  const text = TEXTS[language];
  const address = 'address' in shown ? `<strong>${escapeHtml(shown.address)}</strong>` : '';
  // A function as the replacement, because a `$` in an address has a meaning in a text.
  const sentence = text[shown.state].replace('{address}', () => address);
  // The form posts to the address of this page, as a mail client does.
  const form = `<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${text.button}</button></form>`;
  return {
    statusCode: 200,
    headers: { ...HEADERS, 'content-language': language },
    body: `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text.title}</title><style>${STYLE}</style></head>
<body><main><h1>${text.title}</h1><p>${sentence}</p>${shown.state === 'ask' ? form : ''}</main></body>
</html>
`,
  };
}

/** The language that a browser prefers, English unless it prefers Spanish. https://www.rfc-editor.org/rfc/rfc9110#name-accept-language */
export function languageOf(acceptLanguage = ''): Language {
  const weights = new Map<string, number>();
  for (const part of acceptLanguage.slice(0, 500).split(',')) {
    const [, tag = '', q = '1'] = /^\s*([a-z]{1,8}|\*)(?:-[\w-]*)?\s*(?:;\s*q=([\d.]+)\s*)?$/i.exec(part) ?? [];
    const name = tag.toLowerCase();
    weights.set(name, Math.max(weights.get(name) ?? 0, Number(q) || 0));
  }
  const weightOf = (language: Language) => weights.get(language) ?? weights.get('*') ?? 0;
  return weightOf('es') > weightOf('en') ? 'es' : 'en';
}
