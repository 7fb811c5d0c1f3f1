import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { orderIdSchema, parseNewOrder, parseOrderPatch } from '../../api/order-schema.ts';
import { PregonError } from '../../core/errors.ts';
import { changeOrder, createOrder, type OrderDeps, orderById } from '../../core/orders/change-order.ts';
import type { Order } from '../../core/orders/order.ts';
import { viewOrder } from '../../core/orders/view.ts';
import { bodyText, jsonAnswer } from '../common/http.ts';

type Request = Pick<APIGatewayProxyEventV2, 'routeKey' | 'headers' | 'pathParameters' | 'body' | 'isBase64Encoded'>;
type Answer = APIGatewayProxyStructuredResultV2;

const PROCESSED = { message: 'Order processed successfully' };

/** `POST /orders`, `PUT` and `GET /orders/{orderId}`. */
export function createOrders(deps: OrderDeps): (request: Request) => Promise<Answer> {
  return async (request) => {
    switch (request.routeKey) {
      case 'POST /orders':
        return answer(await createOrder(deps, parseNewOrder(bodyText(request))), PROCESSED);
      case 'PUT /orders/{orderId}': {
        const orderId = orderIdIn(request);
        const patch = parseOrderPatch(orderId, bodyText(request));
        return answer(await changeOrder(deps, orderId, patch, versionIn(request.headers['if-match'])), PROCESSED);
      }
      case 'GET /orders/{orderId}': {
        const order = await orderById(deps, orderIdIn(request));
        return answer(order, viewOrder(order));
      }
      default:
        throw new PregonError('NotFound', `There is no ${request.routeKey}.`);
    }
  };
}

/** Throws NotFound where no order can have it: the table would refuse a key of more than 2 KB. */
function orderIdIn({ pathParameters }: Request): string {
  const { data, success } = orderIdSchema.safeParse(pathParameters?.orderId);
  if (!success) throw new PregonError('NotFound', 'There is no order with such an id.');
  return data;
}

/** The tag is the order's version: it changes with what clients change, so that the timeline's growth spoils no If-Match. */
function answer({ version }: Order, body: unknown): Answer {
  const answered = jsonAnswer(200, body);
  return { ...answered, headers: { ...answered.headers, etag: `"${version}"` } };
}

function versionIn(ifMatch: string | undefined): number | undefined {
  // An order that is not there is 404 anyway.
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const [, version] = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch) ?? [];
  if (!version) {
    throw new PregonError(
      'BadRequest',
      'If-Match must be the ETag of an earlier answer about this order, such as "1".',
    );
  }
  return Number(version);
}
