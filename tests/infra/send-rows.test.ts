import { text } from 'node:stream/consumers';
import { executionInputOf } from '../../core/campaigns/identity.ts';
import { sendMessageSchema } from '../../core/campaigns/messages.ts';
import { retryLines, sendRowsWriter } from '../../core/csv/write.ts';
import { toDynamoJson } from '../../core/ledger/item.ts';
import { stateKey, statusKeyOf } from '../../core/ledger/keys.ts';
import { campaignRecord } from '../unit/campaigns/record.ts';
import { readAsStatesDoes } from '../unit/csv/states-reader.ts';
import { evaluate, stateNamed } from './support.ts';

const RECORD = campaignRecord({ batchId: 'c'.repeat(64), createdAt: '2026-11-22T10:00:00.000Z' });
const ROW = { createdAt: RECORD.createdAt, rowNumber: 250 };

async function sendFile(): Promise<string> {
  const writer = sendRowsWriter(RECORD);
  const whole = text(writer.stream);
  await writer.write({ row: ROW.rowNumber });
  writer.end();
  return whole;
}
const retryFile = async () => [...retryLines(RECORD, [ROW.rowNumber])].join('');

/** The input of the child of the only row in this file. */
async function childInput(csv: string): Promise<object> {
  const [Value] = readAsStatesDoes(csv);
  const context = { Execution: { Input: executionInputOf(RECORD, 'bucket') }, Map: { Item: { Value } } };
  return (await evaluate(stateNamed('SendRows').ItemSelector, { context })) as object;
}

describe.each([
  ['send.csv', sendFile],
  ['a retry file', retryFile],
])('SendRows with %s', (_, file) => {
  it('marks the row by the keys of the ledger', async () => {
    const input = await childInput(await file());
    const key = toDynamoJson(stateKey(RECORD.batchId, ROW.rowNumber));
    expect(await evaluate(stateNamed('MarkQueued').Arguments, { input })).toMatchObject({
      Key: key,
      ExpressionAttributeValues: { ':statusKey': { S: statusKeyOf(ROW, 'QUEUED') }, ':queued': { S: 'QUEUED' } },
    });
    const { Output } = stateNamed('Send').Catch?.[1] ?? {};
    const failed = await evaluate(Output, { input, errorOutput: { Error: 'States.Timeout', Cause: '' } });
    expect(await evaluate(stateNamed('MarkError').Arguments, { input: failed })).toMatchObject({
      Key: key,
      ExpressionAttributeValues: { ':statusKey': { S: statusKeyOf(ROW, 'ERROR') }, ':error': { S: 'ERROR' } },
    });
  });

  it('asks the worker for the row', async () => {
    const input = await childInput(await file());
    const { MessageBody } = (await evaluate(stateNamed('Send').Arguments, {
      input,
      context: { Task: { Token: 'token' } },
    })) as { MessageBody: unknown };
    expect(sendMessageSchema.parse(MessageBody)).toEqual({
      taskToken: 'token',
      batchId: RECORD.batchId,
      rowNumber: ROW.rowNumber,
      queuedAt: expect.any(Number),
    });
  });
});

describe('a row that is not sent', () => {
  const answered = JSON.stringify({ code: 'MessageRejected', message: 'The address is "no".' });
  it.each([
    ['Send', 'Recipient', answered, 'recipient', 'MessageRejected', 'The address is "no".', false],
    ['Send', 'Transient', answered, 'transient', 'MessageRejected', 'The address is "no".', true],
    ['Send', 'Unconfirmed', answered, 'unconfirmed', 'MessageRejected', 'The address is "no".', false],
    ['Send', 'States.Timeout', '', 'transient', 'NotDelivered', 'No worker answered in time', true],
    [
      'Send',
      'SQS.SdkClientException',
      'x',
      'transient',
      'NotDelivered',
      'The row could not be queued: SQS.SdkClientException',
      true,
    ],
    [
      'MarkQueued',
      'DynamoDB.ThrottlingException',
      'x',
      'transient',
      'NotDelivered',
      'The row could not be queued: DynamoDB.ThrottlingException',
      true,
    ],
  ])('after %s with %s has its reason', async (state, error, cause, kind, code, message, retryable) => {
    const input = await childInput(await retryFile());
    const { Output } = stateNamed(state).Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(error)) ?? {};
    const failed = await evaluate(Output, { input, errorOutput: { Error: error, Cause: cause } });
    const { ExpressionAttributeValues } = (await evaluate(stateNamed('MarkError').Arguments, { input: failed })) as {
      ExpressionAttributeValues: Record<string, unknown>;
    };
    expect(ExpressionAttributeValues[':reason']).toEqual({
      M: { code: { S: code }, class: { S: kind }, message: { S: message }, retryable: { BOOL: retryable } },
    });
  });

  it('was queued before: it goes to the worker with the same input', async () => {
    const input = await childInput(await retryFile());
    const caught = stateNamed('MarkQueued').Catch?.[0];
    expect(caught).toMatchObject({ ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], Next: 'Send' });
    expect(await evaluate(caught?.Output, { input })).toEqual(input);
  });
});
