import { labelled, type OrderTemplate } from './template.ts';

export const canceled: OrderTemplate = {
  subject: ({ orderId }) => `Your order ${orderId} is canceled`,
  paragraphs: ({ orderId, description, reasonForCancellation }) => [
    `Your order ${orderId} is canceled; nothing further will be done on it.`,
    labelled('Reason', reasonForCancellation),
    labelled('Your order', description),
  ],
};
