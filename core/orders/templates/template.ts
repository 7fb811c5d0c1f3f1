import type { OrderFields } from '../order.ts';

/** What a customer is told of one status. Texts are plain: escaping and layout are the notice's. */
export interface OrderTemplate {
  subject(order: OrderFields): string;
  /** Paragraphs; an empty one is left out. */
  paragraphs(order: OrderFields): string[];
}

/** A labelled line, or nothing where there is no value. */
export const labelled = (label: string, value: string): string => (value === '' ? '' : `${label}: ${value}`);
