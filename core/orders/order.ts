import type { EmailParty } from '../email/batch.ts';

export const ORDER_STATUSES = ['received', 'inprocess', 'completed', 'canceled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Where an order may go from where it is. Each status is reached once at most, so a status names a change. */
export const MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  received: ['inprocess', 'canceled'],
  inprocess: ['completed', 'canceled'],
  completed: [],
  canceled: [],
};

/** What clients give and get. Dates are as they were given; a text that was not given is empty. */
export interface OrderFields {
  orderId: string;
  status: OrderStatus;
  description: string;
  registerDate: string;
  deliveryDate: string;
  reasonForCancellation: string;
  customer?: EmailParty | undefined;
}

/** The body of a PUT: what is not given stays. */
export type OrderPatch = { [Name in keyof OrderFields]?: OrderFields[Name] | undefined };
/** The body of a POST. */
export type NewOrder = OrderPatch & Pick<OrderFields, 'orderId' | 'status' | 'description'>;

/** One change of status, with the order as it was then: the customer is told that, whatever changes later. */
export interface OrderChange {
  status: OrderStatus;
  /** None for a new order. */
  from?: OrderStatus;
  at: string;
  version: number;
  order: OrderFields;
}

/** What the processor of a status recorded. */
export interface OrderRecord {
  at: string;
  /** The notice to the customer; none without a customer. */
  batchId?: string;
}

export interface Order extends OrderFields {
  /** Counts what clients changed; what processors record does not count. */
  version: number;
  createdAt: string;
  updatedAt: string;
  changes: Partial<Record<OrderStatus, OrderChange>>;
  timeline: Partial<Record<OrderStatus, OrderRecord>>;
  /** Statuses whose message is not known to be sent. */
  outbox: OrderStatus[];
}

export const FIELDS = [
  'orderId',
  'status',
  'description',
  'registerDate',
  'deliveryDate',
  'reasonForCancellation',
  'customer',
] as const satisfies readonly (keyof OrderFields)[];

export function fieldsOf(order: OrderFields): OrderFields {
  const { orderId, status, description, registerDate, deliveryDate, reasonForCancellation, customer } = order;
  const fields = { orderId, status, description, registerDate, deliveryDate, reasonForCancellation };
  return customer ? { ...fields, customer } : fields;
}

/** The names of the fields in which two orders differ. */
export const differences = (a: OrderFields, b: OrderFields): (keyof OrderFields)[] =>
  FIELDS.filter((name) => name !== 'orderId' && !sameField(name, a, b));

export function sameField(name: keyof OrderFields, a: OrderPatch, b: OrderPatch): boolean {
  if (name !== 'customer') return a[name] === b[name];
  return a.customer?.email === b.customer?.email && a.customer?.name === b.customer?.name;
}
