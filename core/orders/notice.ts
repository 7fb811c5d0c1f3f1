import { createHash } from 'node:crypto';
import type { EmailParty, EmailRequest } from '../email/batch.ts';
import type { OrderFields, OrderStatus } from './order.ts';
import { canceled } from './templates/canceled.ts';
import { completed } from './templates/completed.ts';
import { inprocess } from './templates/inprocess.ts';
import { received } from './templates/received.ts';
import type { OrderTemplate } from './templates/template.ts';

const TEMPLATES: Readonly<Record<OrderStatus, OrderTemplate>> = { received, inprocess, completed, canceled };

/** SES takes these characters in the tags that name a batch. */
const TAG = /^[A-Za-z0-9_-]{1,128}$/;

/** The batch of the one notice that an order's status gets: the same for every repetition. */
export function noticeId(orderId: string, status: OrderStatus): string {
  const name = TAG.test(orderId) ? orderId : createHash('sha256').update(orderId).digest('hex').slice(0, 32);
  return `order-${name}-${status}`;
}

/** The email that tells the customer of a status, or nothing where nobody is to be told. */
export function noticeOf(order: OrderFields, from: EmailParty): EmailRequest | undefined {
  const { customer, status } = order;
  if (!customer) return undefined;
  const template = TEMPLATES[status];
  const greeting = customer.name ? `Hello ${customer.name},` : 'Hello,';
  const paragraphs = [greeting, ...template.paragraphs(order), from.name ?? ''].filter((text) => text !== '');
  return {
    from,
    destinations: [customer],
    subject: template.subject(order),
    plainContent: `${paragraphs.join('\n\n')}\n`,
    htmlContent: `<!doctype html>\n<html><body>${paragraphs.map(paragraph).join('\n')}</body></html>\n`,
  };
}

const paragraph = (text: string) => `<p>${escaped(text).replace(/\r?\n/g, '<br>')}</p>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
