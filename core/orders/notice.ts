import { createHash } from 'node:crypto';
import type { EmailParty, EmailRequest } from '../email/batch.ts';
import { ORDER_STATUSES, type OrderFields, type OrderStatus } from './order.ts';
import { TEMPLATES } from './templates.ts';

/** SES allows these characters in tags, and a tag holds the batch id. */
const TAG = /^[A-Za-z0-9_-]{1,128}$/;

/** The batch id of the notice about an order's status. It is always the same, so that a status is notified once. */
export function noticeId(orderId: string, status: OrderStatus): string {
  const name = TAG.test(orderId) ? orderId : createHash('sha256').update(orderId).digest('hex').slice(0, 32);
  return `order-${name}-${status}`;
}

/** The order that a notice's id names, or a hash of it; undefined for another batch. */
export const orderOfNotice = (batchId: string): string | undefined => NOTICE.exec(batchId)?.[1];
const NOTICE = new RegExp(`^order-(.+)-(?:${ORDER_STATUSES.join('|')})$`);

/** The email that tells the customer about a status. Undefined without a customer. */
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
