import { orderProcessor } from '../common/order-processor.ts';

/** A new order: others are told, and its timeline shows it. */
export const handler = orderProcessor('received');
