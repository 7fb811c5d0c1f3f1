import type { EmailParty } from '../email/batch.ts';

export const ORDER_STATUSES = ['received', 'inprocess', 'completed', 'canceled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** The statuses that may follow each status. Each is reached once at most, so a status identifies a change. */
export const MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  received: ['inprocess', 'canceled'],
  inprocess: ['completed', 'canceled'],
  completed: [],
  canceled: [],
};

/** The fields that clients write and read. Dates are stored as given; a text that was not given is empty. */
export interface OrderFields {
  orderId: string;
  status: OrderStatus;
  description: string;
  registerDate: string;
  deliveryDate: string;
  reasonForCancellation: string;
  customer?: EmailParty | undefined;
}

/** The body of a PUT. Fields that are left out stay. */
export type OrderPatch = { [Name in keyof OrderFields]?: OrderFields[Name] | undefined };
/** The body of a POST. */
export type NewOrder = OrderPatch & Pick<OrderFields, 'orderId' | 'status' | 'description'>;

/** A change of status, with the order as it was then, because the notice is about that state. */
export interface OrderChange {
  status: OrderStatus;
  /** None for a new order. */
  from?: OrderStatus;
  at: string;
  version: number;
  order: OrderFields;
}

/** The record of a status's processor. */
export interface OrderRecord {
  at: string;
  /** The batch of the notice. Absent without a customer. */
  batchId?: string;
}

export interface Order extends OrderFields {
  /** Counts the changes by clients. Records of processors do not count. */
  version: number;
  createdAt: string;
  updatedAt: string;
  changes: Partial<Record<OrderStatus, OrderChange>>;
  timeline: Partial<Record<OrderStatus, OrderRecord>>;
  /** Statuses whose message may not be sent yet. */
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
