import { orderIdSchema, parseNewOrder, parseOrderPatch, viewOrder } from '../../api/orders.ts';
import { PregonError } from '../../core/errors.ts';
import { changeOrder, createOrder, orderById } from '../../core/orders/change-order.ts';
import type { Order } from '../../core/orders/order.ts';
import type { OrderDeps } from '../../core/orders/outbox.ts';
import { bodyText, type HttpEvent, type HttpRoutes, jsonAnswer } from '../common/http.ts';

const PROCESSED = { message: 'Order processed successfully' };

/** The lifecycle of orders. */
export function orderRoutes(deps: OrderDeps): HttpRoutes {
  return {
    async 'POST /orders'(event) {
      return answer(await createOrder(deps, parseNewOrder(bodyText(event))), PROCESSED);
    },

    async 'PUT /orders/{orderId}'(event) {
      const orderId = orderIdIn(event);
      const patch = parseOrderPatch(orderId, bodyText(event));
      return answer(await changeOrder(deps, orderId, patch, versionIn(event.headers['if-match'])), PROCESSED);
    },

    async 'GET /orders/{orderId}'(event) {
      const order = await orderById(deps, orderIdIn(event));
      return answer(order, viewOrder(order));
    },
  };
}

/** Throws NotFound for an id that no order can have: DynamoDB refuses a key of more than 2 KB. */
function orderIdIn({ pathParameters }: HttpEvent): string {
  const { data, success } = orderIdSchema.safeParse(pathParameters?.orderId);
  if (!success) throw new PregonError('NotFound', 'There is no order with such an id.');
  return data;
}

/** The ETag is the version, which counts changes by clients only: an entry in the timeline invalidates no If-Match. */
const answer = ({ version }: Order, body: unknown) => jsonAnswer(200, body, { etag: `"${version}"` });

function versionIn(ifMatch: string | undefined): number | undefined {
  // `*` asks that the order exists, and an order that does not is answered with 404 anyway.
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const [, version] = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch) ?? [];
  if (version) return Number(version);
  throw new PregonError('BadRequest', 'If-Match must be the ETag of an earlier answer about this order, such as "1".');
}
