import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { expect } from '@jest/globals';
import type { CampaignView } from '../../../cli/client.ts';
import { eventually, type MailboxMessage, type Product } from '../support/product.ts';

export interface SendRow {
  rowNumber: number;
  status: 'PENDING' | 'QUEUED' | 'SENT' | 'ERROR';
  attempts: number;
  error?: { code: string; class: string; message: string; retryable: boolean };
}

/** Injects these faults and no others. `{}` clears all. */
export async function faults(product: Product, set: object): Promise<void> {
  const url = `${product.outputs.awsEndpoint}/_local/faults`;
  const response = await fetch(url, { method: 'PUT', body: JSON.stringify(set) });
  if (!response.ok) throw new Error(`The faults were refused: ${await response.text()}`);
}

export const csvOf = (rows: number, name: string): string =>
  `email,subject,content\n${Array.from({ length: rows }, (_, n) => `${name}${n + 1}@example.com,Hi,Hello ${n + 1}\n`).join('')}`;

/** Uploads a campaign and returns its batchId. */
export async function upload(product: Product, rows: number, name: string): Promise<string> {
  const response = await product.upload(csvOf(rows, name));
  if (!response.ok) throw new Error(`The upload was refused: ${await response.text()}`);
  return ((await response.json()) as { batchId: string }).batchId;
}

export async function redrive(product: Product, batchId: string, body?: object): Promise<Response> {
  return product.call('POST', `/campaigns/${batchId}/redrive`, body ? { body: JSON.stringify(body) } : {});
}

/**
 * Removes the message of one row from the queue before a worker receives it, and returns its body. Called before the upload: on a slow
 * machine the rows have ended when the upload is answered.
 */
export async function steal(sqs: SQSClient, queueUrl: string): Promise<string> {
  let body = '';
  await eventually(async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 1,
        VisibilityTimeout: 30,
        WaitTimeSeconds: 5,
      }),
    );
    const message = Messages[0];
    if (!message?.Body?.startsWith('{')) return false;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    body = message.Body;
    return true;
  });
  return body;
}

/** Sets the limiter's rate in emails per second. It is in force within 5 s. */
export async function setRate(product: Product, perSecond: number): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await product.call('PUT', '/rate', { body: JSON.stringify({ perSecond }), headers });
  if (!response.ok) throw new Error(`The rate was refused: ${await response.text()}`);
}

/** Every row as GraphQL shows it, by row number. */
export async function sends(product: Product, batchId: string): Promise<SendRow[]> {
  const query = `query ($batchId: ID!) { listEmailStatus(batchId: $batchId, limit: 1000) {
    rowNumber status attempts error { code class message retryable } } }`;
  const { listEmailStatus } = await product.graphql<{ listEmailStatus: SendRow[] }>(query, { batchId });
  return listEmailStatus.sort((a, b) => a.rowNumber - b.rowNumber);
}

/** Polls a campaign until it is as wanted. The four counts must add up each time. */
export async function follow(
  product: Product,
  batchId: string,
  wanted: (campaign: CampaignView) => boolean,
): Promise<CampaignView> {
  let campaign = await product.campaign(batchId);
  const isAsWanted = async () => {
    campaign = await product.campaign(batchId);
    const { PENDING, QUEUED, SENT, ERROR } = campaign.counts;
    expect({ sum: PENDING + QUEUED + SENT + ERROR }).toEqual({ sum: campaign.enqueued });
    if (campaign.status === 'SUCCEEDED') expect(PENDING + QUEUED).toBe(0);
    return wanted(campaign);
  };
  await eventually(isAsWanted).catch((cause) => {
    throw new Error(`The campaign did not get there: ${JSON.stringify(campaign)}`, { cause });
  });
  return campaign;
}

export const hasEnded = ({ status }: CampaignView): boolean =>
  ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'].includes(status);

/** Each row has one mail, and no other mail was sent. */
export function expectOnceEach(mails: readonly MailboxMessage[], rows: number): void {
  expect(new Set(mails.map(({ sendId }) => sendId)).size).toBe(rows);
  expect(mails).toHaveLength(rows);
}

/** The largest number of mails in any second. */
export function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while (Number(sorted[last]) - Number(sorted[first]) >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The sum of a metric over all functions. */
export async function metric(product: Product, name: string): Promise<number> {
  return (await summariesOf(product, name)).reduce((total, { sum }) => total + sum, 0);
}

/** The largest value of a duration in milliseconds. Throws when it was not measured. */
export async function longest(product: Product, name: string): Promise<number> {
  const summaries = await summariesOf(product, name);
  if (summaries.length === 0) throw new Error(`${name} was not measured`);
  return Math.max(...summaries.map(({ max }) => max));
}

async function summariesOf(product: Product, name: string): Promise<{ sum: number; max: number }[]> {
  const response = await fetch(`${product.outputs.awsEndpoint}/_local/metrics`);
  const { metrics } = (await response.json()) as { metrics: { name: string; sum: number; max: number }[] };
  return metrics.filter((summary) => summary.name === name);
}

/** The options of an SDK client for the product's AWS. */
export const awsOf = ({ outputs }: Product) => ({
  endpoint: outputs.awsEndpoint,
  region: outputs.region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

export const executionArnOf = ({ outputs }: Product, batchId: string): string =>
  `${outputs.campaignStateMachineArn.replace(':stateMachine:', ':execution:')}:${batchId}`;
