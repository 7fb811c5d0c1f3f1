import { sendEmailSchema } from '../../../api/emails.ts';
import { noticeId, noticeOf } from '../../../core/orders/notice.ts';
import { ORDER_STATUSES, type OrderFields } from '../../../core/orders/order.ts';

const order = (changes: Partial<OrderFields> = {}): OrderFields => ({
  orderId: 'ORD-001',
  status: 'received',
  description: 'línea uno\nlínea dos',
  registerDate: '2025-01-31',
  deliveryDate: '',
  reasonForCancellation: '',
  customer: { email: 'ana@example.com' },
  ...changes,
});
const from = { email: 'hello@pregon.test', name: 'Pregón' };

describe('the notice to a customer', () => {
  it('is a valid transactional email, different for each status', () => {
    const notices = ORDER_STATUSES.map((status) => noticeOf(order({ status }), from));

    for (const notice of notices) expect(sendEmailSchema.parse(notice)).toEqual(notice);
    expect(new Set(notices.map((notice) => notice?.subject)).size).toBe(ORDER_STATUSES.length);
  });

  it('leaves out fields that the order does not have', () => {
    const canceled = noticeOf(order({ status: 'canceled', reasonForCancellation: 'Motivo <X>' }), from);

    expect(canceled?.plainContent).toBe(
      'Hello,\n\nYour order ORD-001 is canceled; nothing further will be done on it.\n\nReason: Motivo <X>\n\n' +
        'Your order: línea uno\nlínea dos\n\nPregón\n',
    );
    expect(canceled?.htmlContent).toContain('Reason: Motivo &lt;X&gt;');
    expect(canceled?.htmlContent).toContain('línea uno<br>línea dos');
    expect(noticeOf(order(), from)?.plainContent).not.toContain('delivery');
  });

  it('has a batch id that is a valid tag of SES, for any order id', () => {
    expect(noticeId('ORD-001', 'received')).toBe('order-ORD-001-received');
    for (const orderId of ['2025/001', 'señor', 'x'.repeat(128), 'a b', '✓']) {
      expect(noticeId(orderId, 'canceled')).toMatch(/^order-[A-Za-z0-9_-]{1,128}-canceled$/);
    }
    expect(noticeId('a b', 'received')).not.toBe(noticeId('a/b', 'received'));
  });
});
