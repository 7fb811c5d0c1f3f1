import { orderProcessor } from '../common/order-processor.ts';

/** An order that was called off: others are told, and its timeline shows it. */
export const handler = orderProcessor('canceled');
