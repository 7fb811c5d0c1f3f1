import { labelled, type OrderTemplate } from './template.ts';

export const inprocess: OrderTemplate = {
  subject: ({ orderId }) => `We are working on your order ${orderId}`,
  paragraphs: ({ orderId, description, deliveryDate }) => [
    `Work on your order ${orderId} has begun.`,
    labelled('Your order', description),
    labelled('Expected delivery', deliveryDate),
  ],
};
