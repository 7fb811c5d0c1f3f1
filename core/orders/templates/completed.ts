import { labelled, type OrderTemplate } from './template.ts';

export const completed: OrderTemplate = {
  subject: ({ orderId }) => `Your order ${orderId} is completed`,
  paragraphs: ({ orderId, description, deliveryDate }) => [
    `Your order ${orderId} is completed. Thank you for your trust.`,
    labelled('Your order', description),
    labelled('Delivery', deliveryDate),
  ],
};
