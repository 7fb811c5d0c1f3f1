import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { UploadLinkAnswer, UploadStateAnswer } from '../../api/uploads.ts';
import { campaignKey, contentKey, reportKey, stateKey, uploadKey } from '../../core/ledger/keys.ts';
import {
  awsOf,
  csvOf,
  executionArnOf,
  faults,
  follow,
  hasEnded,
  metric,
  redrive,
  setRate,
  upload,
} from '../e2e/fire/support.ts';
import { eventually, Product, tempDataDir } from '../e2e/support/product.ts';
import { GRANTED_FOR_AWS } from './granted-for-aws.ts';

interface Permissions {
  calls: { caller: string; action: string; resource: string; isAllowed: boolean }[];
  grants: { statement: string; callers: string[]; action: string; resource: string; isNeeded: boolean }[];
}

const json = { 'content-type': 'application/json' };
/** Older than anything a sweep waits for. */
const LONG_AGO = new Date(Date.now() - 600_000).toISOString();

let product: Product;
let sqs: SQSClient;
let sfn: SFNClient;
let table: DynamoDBDocumentClient;

beforeAll(async () => {
  product = await Product.up(tempDataDir(), ['--rate', '60', '--parameter', 'SendTimeoutSeconds=15']);
  sqs = new SQSClient(awsOf(product));
  sfn = new SFNClient(awsOf(product));
  table = DynamoDBDocumentClient.from(new DynamoDBClient(awsOf(product)));
});

afterAll(async () => {
  sqs.destroy();
  sfn.destroy();
  table.destroy();
  await product.command.stop();
});

const post = (path: string, body: object) => product.call('POST', path, { headers: json, body: JSON.stringify(body) });
const invoke = (name: string) =>
  fetch(`${product.outputs.awsEndpoint}/2015-03-31/functions/pregon-dev-${name}/invocations`, { method: 'POST' });
const change = (
  Key: Record<string, string>,
  UpdateExpression: string,
  values: Record<string, unknown>,
  TableName = product.outputs.sendsTable,
) =>
  table.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression,
      ExpressionAttributeValues: values,
    }),
  );
/** The batch of the email to an address. */
async function batchOf(email: string): Promise<string> {
  const query = 'query ($email: String) { sends(filter: { email: $email }) { edges { node { batchId } } } }';
  const { sends } = await product.graphql<{ sends: { edges: { node: { batchId: string } }[] } }>(query, { email });
  return sends.edges[0]?.node.batchId ?? '';
}

/** Removes the message of one row from the queue before a worker receives it. */
const steal = (QueueUrl: string) =>
  eventually(async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 30 }));
    for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Messages.length > 0;
  });
/** Stops an execution behind the product's back. */
const stopOnAws = (batchId: string) =>
  sfn.send(new StopExecutionCommand({ executionArn: executionArnOf(product, batchId) }));

/** Whether a function has counted rows, of which one has a lease that it ends. */
const endsLeases = async (name: string) =>
  (await permissions()).calls.some(
    ({ caller, action, resource }) =>
      caller.endsWith(`/pregon-dev-${name}`) &&
      action === 'dynamodb:UpdateItem' &&
      resource.endsWith(':table/pregon-dev-sends'),
  );

/** Leaves a row as a worker does that dies while it sends it: with a lease that has expired. */
const abandon = (batchId: string, row: number) =>
  change(stateKey(batchId, row), 'SET leaseId = :id, leaseUntil = :ago', {
    ':id': 'dead',
    ':ago': Date.now() - 60_000,
  });

const leased = async (batchId: string) => {
  const { Count = 0 } = await table.send(
    new ScanCommand({
      TableName: product.outputs.sendsTable,
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :batch) AND leaseUntil > :now',
      ExpressionAttributeValues: { ':batch': batchId, ':now': Date.now() },
    }),
  );
  return Count;
};

/** Stops an execution, of which no event tells, until the function that looks at it has counted its rows. */
async function endUnseen(batchId: string, name: string, look: () => Promise<unknown>): Promise<void> {
  await faults(product, { services: { events: { dropRate: 1 } } });
  await stopOnAws(batchId);
  // Rows that a worker holds are not counted yet.
  await eventually(async () => (await leased(batchId)) === 0);
  await eventually(async () => {
    await look();
    return endsLeases(name);
  });
  await faults(product, {});
}

const permissions = async () =>
  (await (await fetch(`${product.outputs.awsEndpoint}/_local/permissions`)).json()) as Permissions;

it('pages', async () => {
  const paths = ['/', '/health', '/openapi.json', '/docs', '/graphql', '/console', '/console/x', '/elsewhere'];
  for (const path of paths) {
    const { status } = await fetch(`${product.outputs.apiUrl}${path}`, { headers: { accept: 'text/html' } });
    expect([path, status]).not.toEqual([path, 500]);
  }
});

it('campaigns: upload, rate, stop, redrive, lost rows, a stopped account, reports and GraphQL', async () => {
  const rejected = `${csvOf(2, 'mixed')}reject-a@simulator.pregon.test,Hi,Hello\n`;
  const form = new FormData();
  form.append('file', new Blob([rejected], { type: 'text/csv' }), 'campaign.csv');
  const checked = new FormData();
  checked.append('file', new Blob([rejected], { type: 'text/csv' }), 'campaign.csv');
  checked.append('testTo', 'me@example.com');
  const preflight = await product.call('POST', '/campaigns/preflight', { body: checked });
  expect(await preflight.json()).toMatchObject({ enqueued: 3, tests: [{ messageId: expect.any(String) }] });
  const mixed = (await (await product.call('POST', '/campaigns/upload', { body: form })).json()) as { batchId: string };
  expect(await follow(product, mixed.batchId, hasEnded)).toMatchObject({ counts: { SENT: 2, ERROR: 1 } });
  // The same rows in another file are refused, and the objects of that upload are removed.
  expect((await product.upload(`${rejected}\n`)).status).toBe(200);

  await setRate(product, 1);
  const stopped = await upload(product, 30, 'stopped');
  await follow(product, stopped, ({ counts }) => counts.SENT > 0);
  await setRate(product, 2);
  expect((await product.call('GET', '/rate')).status).toBe(200);
  // The event of a start was lost: the sweep shares the rate.
  await change(campaignKey(stopped), 'SET concurrency = :other', { ':other': 99 }, 'pregon-dev-control');
  await invoke('campaigns-sweep');
  expect((await product.call('POST', `/campaigns/${stopped}/stop`)).status).toBe(202);
  await follow(product, stopped, hasEnded);
  expect((await redrive(product, stopped)).status).toBe(202);
  await follow(product, stopped, ({ status }) => status === 'RUNNING');
  await product.graphql('mutation ($batchId: ID!) { stopCampaign(batchId: $batchId) { status } }', {
    batchId: stopped,
  });
  await follow(product, stopped, hasEnded);
  await product.graphql('mutation ($batchId: ID!) { redriveCampaign(batchId: $batchId) { status } }', {
    batchId: stopped,
  });
  // The same file again while it runs: the answer has the counts as they stand.
  expect((await product.upload(csvOf(30, 'stopped'))).status).toBe(200);
  await setRate(product, 60);
  expect(await follow(product, stopped, hasEnded)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 30 } });

  // A worker has died with a row: another one finds its lease.
  await setRate(product, 1);
  const abandoned = await upload(product, 12, 'abandoned');
  await follow(product, abandoned, ({ counts }) => counts.SENT > 0);
  await abandon(abandoned, 12);
  await setRate(product, 60);
  expect(await follow(product, abandoned, hasEnded)).toMatchObject({ status: 'FAILED', unconfirmed: 1 });

  // The messages of rows are lost: they end as NotDelivered, and a redrive sends them from a file of its own.
  await setRate(product, 1);
  const lost = await upload(product, 12, 'lost');
  await steal(product.outputs.sendQueueUrl);
  await sqs.send(new PurgeQueueCommand({ QueueUrl: product.outputs.sendQueueUrl }));
  await setRate(product, 60);
  expect((await follow(product, lost, hasEnded)).status).toBe('FAILED');
  expect((await redrive(product, lost)).status).toBe(202);
  expect(await follow(product, lost, hasEnded)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 12 } });

  await faults(product, { sendingPaused: true });
  const paused = await upload(product, 3, 'paused');
  expect((await follow(product, paused, hasEnded)).status).toBe('FAILED');
  await faults(product, {});
  expect((await redrive(product, paused)).status).toBe(202);
  expect((await follow(product, paused, hasEnded)).status).toBe('SUCCEEDED');

  // The daily quota stops a campaign. A day later the sweep continues it, and then forgets it.
  await faults(product, { max24HourSend: (await product.mailbox('')).length + 2 });
  const limited = await upload(product, 5, 'limited');
  expect((await follow(product, limited, hasEnded)).status).toBe('FAILED');
  await faults(product, {});
  await change(campaignKey(limited), 'SET nextRetryAt = :ago', { ':ago': LONG_AGO }, 'pregon-dev-control');
  await invoke('campaigns-sweep');
  expect(await follow(product, limited, hasEnded)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 5 } });
  await invoke('campaigns-sweep');

  // A report too large for an answer goes through the bucket.
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      change(stateKey(stopped, index + 1), 'SET subject = :long', { ':long': 'x'.repeat(150_000) }),
    ),
  );
  for (const report of ['skipped.csv', 'sends.csv', 'sends.csv?status=PENDING,SENT', 'failed.csv']) {
    // 202 while a worker writes it.
    await eventually(async () => (await product.call('GET', `/campaigns/${stopped}/${report}`)).status === 200);
  }
  expect((await product.call('GET', '/campaigns')).status).toBe(200);
  const rows = await product.call('GET', `/campaigns/${mixed.batchId}/sends?email=mixed1@example.com`);
  expect(await rows.json()).toMatchObject({ sends: [{ status: 'SENT' }] });
  const query = `query ($batchId: ID!, $sendId: ID!) {
    sends(filter: { email: "mixed1@example.com" }) { edges { node { sendId } } }
    listEmailStatus(status: [SENT]) { sendId }
    listOfBatch: listEmailStatus(batchId: $batchId) { sendId }
    send(sendId: $sendId) { status }
    campaign(batchId: $batchId) { status counts { SENT } }
    campaigns { edges { node { batchId } } }
  }`;
  await product.graphql(query, { batchId: mixed.batchId, sendId: `${mixed.batchId}-1` });
});

it('large files: an arrival, a held campaign, the same rows again, a file that cannot be read, and what the sweep finds', async () => {
  const create = async (file: string, more: object = {}) => {
    const answer = await post('/uploads', { size: file.length, fileName: 'large.csv', ...more });
    return (await answer.json()) as UploadLinkAnswer;
  };
  const put = async (file: string, more: object = {}) => {
    const link = await create(file, more);
    expect((await fetch(link.url, { method: 'PUT', body: file })).status).toBe(200);
    return link;
  };
  const ended = async ({ uploadId }: UploadLinkAnswer) => {
    let state = {} as UploadStateAnswer;
    await eventually(async () => {
      state = (await (await product.call('GET', `/uploads/${uploadId}`)).json()) as UploadStateAnswer;
      return state.status === 'DONE' || state.status === 'FAILED';
    });
    return state;
  };
  const file = csvOf(3, 'large');
  const { batchId = '' } = await ended(await put(file, { hold: true }));
  expect((await post(`/campaigns/${batchId}/start`, {})).status).toBe(202);
  await follow(product, batchId, hasEnded);
  expect(await ended(await put(`${file}\n`))).toMatchObject({ batchId, duplicate: true });
  expect(await ended(await put(file.replace(/@\S*/g, ',x,y')))).toMatchObject({ status: 'FAILED' });

  const due = ({ uploadId }: UploadLinkAnswer) =>
    change(uploadKey(uploadId), 'SET createdKey = :ago', { ':ago': `${LONG_AGO}#${uploadId}` }, 'pregon-dev-control');
  await faults(product, { services: { events: { dropRate: 1 } } });
  const lost = await put(csvOf(2, 'lost-arrival'));
  await faults(product, {});
  const empty = await create(csvOf(2, 'never'));
  await due(lost);
  await due(empty);
  expect((await invoke('campaigns-sweep')).status).toBe(200);
  expect(await ended(lost)).toMatchObject({ status: 'DONE' });
  const QueueUrl = product.outputs.sendQueueUrl.replace(/send$/, 'ingest');
  const queue = (body: object) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
  await queue({ key: `uploads/${empty.uploadId}` });
  // As a request does whose report takes longer.
  const key = reportKey(batchId, 'failed');
  await change(key, 'SET heldUntil = :soon', { ':soon': Date.now() + 60_000 }, 'pregon-dev-control');
  await queue({ batchId, report: { kind: 'failed' } });
  const { apiUrl, apiKey } = product.outputs;
  await eventually(async () => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const report = await fetch(`${apiUrl}/campaigns/${batchId}/failed.csv`, { headers, redirect: 'manual' });
    return report.status === 303;
  });
});

it('consent: an unsubscription by the link, and every route of the suppression list', async () => {
  const batchId = await upload(product, 2, 'consent');
  await follow(product, batchId, hasEnded);
  const [mail] = await product.mailbox(batchId);
  const link = /<(.+)>/.exec(mail?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
  for (const method of ['HEAD', 'GET', 'POST', 'POST']) expect((await fetch(link, { method })).status).toBe(200);
  const address = '/suppressions/bob@example.com';
  expect((await product.call('PUT', address)).status).toBe(200);
  expect((await product.call('PUT', address)).status).toBe(200);
  const csv = { headers: { 'content-type': 'text/csv' }, body: 'email\nbob@example.com\n' };
  expect((await product.call('POST', '/suppressions', csv)).status).toBe(200);
  for (const list of ['/suppressions', '/suppressions.csv']) expect((await product.call('GET', list)).status).toBe(200);
  expect((await product.call('DELETE', address)).status).toBe(204);
});

it('feedback: events, an unconfirmed row that they settle, and a campaign that stops itself', async () => {
  // The events come when the campaign has long ended, also on a slow machine.
  await faults(product, { dropAfterAcceptRate: 1, feedback: { lateMs: 30_000 } });
  const unconfirmed = await upload(product, 2, 'unconfirmed');
  expect((await follow(product, unconfirmed, hasEnded)).status).toBe('FAILED');
  await faults(product, { feedback: { bounceRate: 1 } });
  expect(await follow(product, unconfirmed, ({ counts }) => counts.SENT === 2)).toMatchObject({ unconfirmed: 0 });
  const bounced = await upload(product, 400, 'bounced');
  expect(await follow(product, bounced, hasEnded)).toMatchObject({ status: 'ABORTED' });
  await faults(product, {});
});

it('an execution that is stopped on AWS: whoever sees it first counts its rows', async () => {
  await setRate(product, 1);
  const running = async (name: string) => {
    const batchId = await upload(product, 20, name);
    await follow(product, batchId, ({ counts }) => counts.SENT > 0);
    await abandon(batchId, 20);
    return batchId;
  };
  const read = await running('read');
  await endUnseen(read, 'campaigns', () => product.call('GET', `/campaigns/${read}`));
  await endUnseen(await running('uploaded'), 'upload', () => product.upload(csvOf(20, 'uploaded')));
  const shown = await running('shown');
  const query = 'query ($batchId: ID!) { campaign(batchId: $batchId) { status } }';
  await endUnseen(shown, 'graphql', () => product.graphql(query, { batchId: shown }));
  await stopOnAws(await running('told'));
  await eventually(() => endsLeases('record-outcome'));
  await setRate(product, 60);
});

it('transactional email: by SES, from a client and from an order; and the sweep of what a crash left out', async () => {
  await faults(product, { providers: { mailgun: { outage: true } } });
  const body = { from: { email: 'client@example.com' }, subject: 'test', plainContent: 'test' };
  const send = async (...emails: string[]) => {
    const destinations = emails.map((email) => ({ email }));
    return (await (await post('/emails/send', { ...body, destinations })).json()) as { data: { batchID: string } };
  };
  const { data } = await send('ana@example.com');
  const again = { 'idempotency-key': 'again' };
  const one = JSON.stringify({ ...body, destinations: [{ email: 'once@example.com' }] });
  for (let time = 0; time < 2; time += 1) {
    await product.call('POST', '/emails/send', { headers: { ...json, ...again }, body: one });
  }
  await eventually(async () => (await product.mailbox(data.batchID)).length === 1);
  expect((await product.call('GET', `/emails/${data.batchID}`)).status).toBe(200);

  // A message that is lost, and a row that was not written.
  await faults(product, { services: { sqs: { errorRate: 1 } } });
  const key = { 'idempotency-key': 'swept' };
  const two = { ...body, destinations: [{ email: 'lost@example.com' }, { email: 'missing@example.com' }] };
  await product.call('POST', '/emails/send', { headers: { ...json, ...key }, body: JSON.stringify(two) });
  await faults(product, {});
  const batchId = await batchOf('lost@example.com');
  await table.send(new DeleteCommand({ TableName: product.outputs.sendsTable, Key: stateKey(batchId, 2) }));
  await table.send(new DeleteCommand({ TableName: product.outputs.sendsTable, Key: contentKey(batchId, 2) }));
  await change(stateKey(batchId, 1), 'SET updatedAt = :ago', { ':ago': LONG_AGO });
  await change({ pk: `EMAIL#${batchId}`, sk: 'EMAIL' }, 'SET createdKey = :due', { ':due': `${LONG_AGO}#${batchId}` });
  await invoke('email-sweep');
  await eventually(async () => (await product.mailbox(batchId)).length > 0);
});

it('notification requests, and the sweep of a lost message', async () => {
  const create = async () => ((await (await post('/v1/requests', REQUEST)).json()) as { id: string }).id;
  // By email, for which the suppression list is asked.
  const REQUEST = { to: 'ana@example.com', message: 'Hola', type: 'email' };
  const isSent = async (id: string) =>
    ((await (await product.call('GET', `/v1/requests/${id}`)).json()) as { status: string }).status === 'sent';
  const id = await create();
  const before = await metric(product, 'Transient');
  await faults(product, { providers: { notify: { outage: true } } });
  expect((await product.call('POST', `/v1/requests/${id}/process`)).status).toBe(202);
  await eventually(async () => (await metric(product, 'Transient')) > before);
  await faults(product, {});
  await eventually(() => isSent(id));

  const lost = await create();
  await faults(product, { services: { sqs: { errorRate: 1 } } });
  await product.call('POST', `/v1/requests/${lost}/process`);
  await faults(product, {});
  await change(stateKey(lost, 1), 'SET updatedAt = :ago', { ':ago': LONG_AGO });
  await invoke('requests-sweep');
  await eventually(() => isSent(lost));
});

it('orders in each status, their notices by SES, and the sweep of messages that were not sent', async () => {
  await faults(product, { providers: { mailgun: { outage: true } } });
  const order = (orderId: string) => ({
    orderId,
    description: 'Caldera',
    customer: { email: `${orderId}@example.com` },
  });
  const put = (orderId: string, status: string) =>
    product.call('PUT', `/orders/${orderId}`, {
      headers: json,
      body: JSON.stringify({ status, ...(status === 'canceled' && { reasonForCancellation: 'x' }) }),
    });
  const timeline = async (orderId: string) =>
    ((await (await product.call('GET', `/orders/${orderId}`)).json()) as { timeline: unknown[] }).timeline.length;
  const take = async (orderId: string, changes: string[]) => {
    await post('/orders', { ...order(orderId), status: 'received' });
    for (const status of changes) await put(orderId, status);
  };
  // The first status is processed after the others, which wait for it.
  const first = product.outputs.sendQueueUrl.replace('pregon-dev-send', 'pregon-dev-order-received');
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: first, Attributes: { DelaySeconds: '8' } }));
  await take('ORD-a', ['inprocess', 'completed']);
  await take('ORD-b', ['canceled']);
  await eventually(async () => (await timeline('ORD-a')) === 3 && (await timeline('ORD-b')) === 2);
  await eventually(async () => (await product.mailbox('order-ORD-a-completed')).length === 1);

  await faults(product, { services: { sqs: { errorRate: 1 } } });
  await take('ORD-c', ['inprocess', 'completed']);
  await take('ORD-d', ['canceled']);
  await faults(product, {});
  for (const id of ['ORD-c', 'ORD-d']) {
    await change({ pk: `ORDER#${id}`, sk: 'ORDER' }, 'SET createdKey = :due', { ':due': `${LONG_AGO}#${id}` });
  }
  await invoke('orders-sweep');
  await eventually(async () => (await timeline('ORD-c')) === 3 && (await timeline('ORD-d')) === 2);
});

it('nothing was denied, and no grant is without a call that needs it', async () => {
  const isUnneeded = async () => {
    const { grants, calls } = await permissions();
    const isForAws = ({ action, resource, statement }: Permissions['grants'][number]) =>
      GRANTED_FOR_AWS.some((one) => one.action === action && one.resource.test(resource) && one.role.test(statement));
    const unneeded = grants.filter((grant) => !grant.isNeeded && !isForAws(grant));
    return {
      denied: calls
        .filter(({ isAllowed }) => !isAllowed)
        .map(({ caller, action, resource }) => `${caller} ${action} ${resource}`),
      unneeded: unneeded.map(({ statement, action, resource }) => `${statement} ${action} ${resource}`),
    };
  };
  // The schedules of the sweeps call them every minute.
  await eventually(async () => !(await isUnneeded()).unneeded.some((grant) => grant.includes('EveryMinute')));
  expect(await isUnneeded()).toEqual({ denied: [], unneeded: [] });
});
