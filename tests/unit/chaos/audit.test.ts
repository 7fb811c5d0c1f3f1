import type { LedgerRow } from '../../../core/ledger/send.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import { compare, type Mail } from '../../../scripts/chaos/audit.ts';

const send = (rowNumber: number, override: Partial<LedgerRow> = {}): LedgerRow => ({
  sendId: `b1-${rowNumber}`,
  batchId: 'b1',
  rowNumber,
  email: `row${rowNumber}@chaos.example.com`,
  subject: `Row ${rowNumber}`,
  status: 'SENT',
  channel: 'campaign',
  attempts: 1,
  messageId: `mail-${rowNumber}`,
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:00:00.000Z',
  ...override,
});
const failed = (rowNumber: number, code: Parameters<typeof errorOf>[0], override: Partial<LedgerRow> = {}) =>
  send(rowNumber, { status: 'ERROR', error: errorOf(code, `${code}.`), ...override });
const mailOf = ({ rowNumber, sendId, email }: LedgerRow): Mail => ({
  to: email,
  sendId,
  messageId: `mail-${rowNumber}`,
});

const audited = (rows: LedgerRow[], { kills = 1, count = rows.length, rate = 34 } = {}) =>
  compare(
    { batchId: 'b1', rows: count, kills, rate },
    rows,
    rows.filter(({ status }) => status === 'SENT').map(mailOf),
  );

const rejected = failed(3, 'MessageRejected', { email: 'reject-3@simulator.pregon.test' });

it('passes when every row has its mail, was rejected, or is unconfirmed because of a kill', async () => {
  expect(await audited([send(1), failed(2, 'DeliveryUnconfirmed'), rejected])).toEqual({
    sent: 1,
    errors: 2,
    unconfirmed: 1,
    unsettled: 0,
    duplicates: 0,
    lost: 0,
    contradictions: [],
  });
});

it('names an address that failed although the simulator does not reject it', async () => {
  const { contradictions } = await audited([send(1), failed(2, 'MessageRejected'), rejected]);
  expect(contradictions).toEqual(['row 2: in ERROR MessageRejected for good, though nobody rejects its address']);
});

it('allows at most a second of the rate unconfirmed for each kill', async () => {
  const rows = Array.from({ length: 35 }, (_, n) => failed(n + 1, 'DeliveryUnconfirmed'));
  expect((await audited(rows, { kills: 1 })).contradictions).toEqual(['35 rows unconfirmed: 1 kills explain 34']);
  expect((await audited(rows, { kills: 2 })).contradictions).toEqual([]);
});

it('counts the unconfirmed rows that were sent and that no event settled', async () => {
  const rows = [failed(1, 'DeliveryUnconfirmed'), failed(2, 'DeliveryUnconfirmed')];
  const [sent] = rows.map(mailOf);
  const { unconfirmed, unsettled, contradictions } = await compare(
    { batchId: 'b1', rows: 2, kills: 1, rate: 34 },
    rows,
    sent ? [sent] : [],
  );
  expect({ unconfirmed, unsettled, contradictions }).toEqual({ unconfirmed: 2, unsettled: 1, contradictions: [] });
});

it('counts rows without a mail, retryable rows and missing rows as lost', async () => {
  const rows = [failed(1, 'ProviderUnavailable'), send(2)];
  expect(await compare({ batchId: 'b1', rows: 3, kills: 0, rate: 34 }, rows, [])).toMatchObject({ lost: 3 });
});

it('counts the second mail of a row', async () => {
  const row = send(1);
  const { duplicates, contradictions } = await compare(
    { batchId: 'b1', rows: 1, kills: 0, rate: 34 },
    [row],
    [mailOf(row), { ...mailOf(row), messageId: 'mail-again' }],
  );
  expect(duplicates).toBe(1);
  expect(contradictions).toHaveLength(1);
});
