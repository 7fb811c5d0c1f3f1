import type { OrderFields, OrderStatus } from './order.ts';

/** What a customer is told about one status. The texts are plain; the notice escapes them and lays them out. */
export interface OrderTemplate {
  subject(order: OrderFields): string;
  /** Empty paragraphs are left out. */
  paragraphs(order: OrderFields): string[];
}

/** A line with a label, or nothing without a value. */
const labelled = (label: string, value: string): string => (value === '' ? '' : `${label}: ${value}`);

export const TEMPLATES: Readonly<Record<OrderStatus, OrderTemplate>> = {
  received: {
    subject: ({ orderId }) => `We have received your order ${orderId}`,
    paragraphs: ({ orderId, description, deliveryDate }) => [
      `Thank you: your order ${orderId} is with us, and we will tell you as soon as work on it begins.`,
      labelled('Your order', description),
      labelled('Expected delivery', deliveryDate),
    ],
  },
  inprocess: {
    subject: ({ orderId }) => `We are working on your order ${orderId}`,
    paragraphs: ({ orderId, description, deliveryDate }) => [
      `Work on your order ${orderId} has begun.`,
      labelled('Your order', description),
      labelled('Expected delivery', deliveryDate),
    ],
  },
  completed: {
    subject: ({ orderId }) => `Your order ${orderId} is completed`,
    paragraphs: ({ orderId, description, deliveryDate }) => [
      `Your order ${orderId} is completed. Thank you for your trust.`,
      labelled('Your order', description),
      labelled('Delivery', deliveryDate),
    ],
  },
  canceled: {
    subject: ({ orderId }) => `Your order ${orderId} is canceled`,
    paragraphs: ({ orderId, description, reasonForCancellation }) => [
      `Your order ${orderId} is canceled; nothing further will be done on it.`,
      labelled('Reason', reasonForCancellation),
      labelled('Your order', description),
    ],
  },
};
