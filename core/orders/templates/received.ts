import { labelled, type OrderTemplate } from './template.ts';

export const received: OrderTemplate = {
  subject: ({ orderId }) => `We have received your order ${orderId}`,
  paragraphs: ({ orderId, description, deliveryDate }) => [
    `Thank you: your order ${orderId} is with us, and we will tell you as soon as work on it begins.`,
    labelled('Your order', description),
    labelled('Expected delivery', deliveryDate),
  ],
};
