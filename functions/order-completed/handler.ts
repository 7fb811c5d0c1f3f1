import { orderProcessor } from '../common/order-processor.ts';

/** An order that is done: others are told, and its timeline shows it. */
export const handler = orderProcessor('completed');
