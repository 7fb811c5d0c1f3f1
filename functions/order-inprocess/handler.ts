import { orderProcessor } from '../common/order-processor.ts';

/** An order that work has begun on: others are told, and its timeline shows it. */
export const handler = orderProcessor('inprocess');
