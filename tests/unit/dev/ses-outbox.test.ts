import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingMessage } from 'local-aws';
import { createFaults } from '../../../dev/faults.ts';
import { Mailbox, type MailboxPage } from '../../../dev/mailbox/mailbox.ts';
import { mailboxRoute } from '../../../dev/mailbox/mailbox-route.ts';
import { sesOutbox } from '../../../dev/mailbox/ses-outbox.ts';

const ACCEPTED_AT = Date.parse('2026-11-22T10:00:00Z');
let folder: string;
let opened: Mailbox[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pregon-mailbox-'));
  opened = [];
});

afterEach(() => {
  for (const mailbox of opened.splice(0)) mailbox.close();
  rmSync(folder, { recursive: true });
});

function open() {
  const mailbox = new Mailbox(folder);
  opened.push(mailbox);
  const faults = createFaults();
  const outbox = sesOutbox(mailbox, faults);
  const route = mailboxRoute(mailbox);
  const send = async (to: string, row = 1) => {
    const message: OutgoingMessage = {
      from: 'Pregón <hello@pregon.test>',
      recipients: [to],
      subject: '¡Hola!',
      text: 'content',
      replyTo: ['Shop <answers@shop.example>'],
      headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      tags: new Map([
        ['sendId', `batch-${row}`],
        ['batchId', 'batch'],
        ['channel', 'campaign'],
      ]),
    };
    outbox.admit?.(to, message);
    await outbox.accept({ ...message, messageId: `m-${row}`, acceptedAt: ACCEPTED_AT });
  };
  const request = async (query: string) =>
    route({ method: 'GET', query: new URLSearchParams(query), body: Buffer.alloc(0) });
  const read = async (query = ''): Promise<MailboxPage> => (await request(query)).body as MailboxPage;
  const close = () => {
    mailbox.close();
    opened = opened.filter((other) => other !== mailbox);
  };
  return { send, read, request, outbox, faults, close };
}

describe('the outbox of the local SES', () => {
  it('puts accepted messages into the mailbox, with the tags of the send', async () => {
    const { send, read } = open();
    await send('ana@example.com');
    expect(await read()).toEqual({
      count: 1,
      messages: [
        {
          to: 'ana@example.com',
          from: 'Pregón <hello@pregon.test>',
          subject: '¡Hola!',
          text: 'content',
          headers: {
            'Reply-To': 'Shop <answers@shop.example>',
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          },
          messageId: 'm-1',
          sendId: 'batch-1',
          batchId: 'batch',
          channel: 'campaign',
          provider: 'ses',
          sentAt: '2026-11-22T10:00:00.000Z',
        },
      ],
    });
  });

  it('counts the messages that SES accepted since a time', async () => {
    const { send, outbox } = open();
    await send('ana@example.com');
    expect(outbox.acceptedSince(ACCEPTED_AT - 1)).toBe(1);
    expect(outbox.acceptedSince(ACCEPTED_AT)).toBe(0);
  });

  it('decides the outcome of a simulated recipient by its name', async () => {
    const { send, read, faults } = open();
    await expect(send('reject-1@simulator.pregon.test')).rejects.toMatchObject({ code: 'MessageRejected' });
    const flaky = () => send('flaky2-x@simulator.pregon.test');
    await expect(flaky()).rejects.toMatchObject({ status: 503 });
    await expect(flaky()).rejects.toMatchObject({ status: 503 });
    await flaky();
    faults.replace({ outage: true });
    await expect(send('down-1@simulator.pregon.test')).rejects.toMatchObject({ status: 503 });
    await send('ana@example.com');
    faults.replace({});
    await send('down-1@simulator.pregon.test');
    await send('bounce@simulator.amazonses.com');
    expect((await read()).messages.map(({ to }) => to)).toEqual([
      'flaky2-x@simulator.pregon.test',
      'ana@example.com',
      'down-1@simulator.pregon.test',
      'bounce@simulator.amazonses.com',
    ]);
  });

  it('counts the failures of a flaky recipient across a restart', async () => {
    const first = open();
    await expect(first.send('flaky1-x@simulator.pregon.test')).rejects.toThrow();
    first.close();
    const second = open();
    await second.send('flaky1-x@simulator.pregon.test');
    expect((await second.read()).count).toBe(1);
  });
});

describe('the mailbox', () => {
  it('pages in the order of acceptance and filters by address and batch', async () => {
    const { send, read } = open();
    for (let row = 1; row <= 5; row++) await send(`A${row}@example.com`, row);
    const first = await read('limit=2');
    expect(first.count).toBe(5);
    expect(first.messages.map(({ sendId }) => sendId)).toEqual(['batch-1', 'batch-2']);
    const second = await read(`limit=2&after=${first.next}`);
    const last = await read(`limit=2&after=${second.next}`);
    expect(last.messages.map(({ sendId }) => sendId)).toEqual(['batch-5']);
    expect(last).not.toHaveProperty('next');
    expect((await read('to=a3@example.com')).messages).toHaveLength(1);
    expect((await read('batchId=other')).count).toBe(0);
  });

  it('pages from the newest message on, and finds text in addresses, subjects and batch ids', async () => {
    const { send, read, request } = open();
    for (let row = 1; row <= 5; row++) await send(`a_${row}@example.com`, row);
    await send('ab3@example.com', 6);
    const first = await read('order=newest&limit=4');
    expect(first.messages.map(({ sendId }) => sendId)).toEqual(['batch-6', 'batch-5', 'batch-4', 'batch-3']);
    const second = await read(`order=newest&limit=4&after=${first.next}`);
    expect(second.messages.map(({ sendId }) => sendId)).toEqual(['batch-2', 'batch-1']);
    expect((await read('search=A_3')).messages.map(({ to }) => to)).toEqual(['a_3@example.com']);
    expect((await read('search=%C2%A1hola')).count).toBe(6);
    expect((await read('search=atch&limit=1')).count).toBe(6);
    expect((await request('order=other')).status).toBe(400);
  });

  it('survives a restart, and refuses a limit over 1,000', async () => {
    const first = open();
    await first.send('ana@example.com');
    first.close();
    const second = open();
    expect((await second.read()).count).toBe(1);
    expect((await second.request('limit=1001')).status).toBe(400);
  });
});
