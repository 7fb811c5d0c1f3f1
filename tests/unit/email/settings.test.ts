import { inspect } from 'node:util';
import { createSmtp } from '../../../core/delivery/providers/smtp.ts';
import { readEnv } from '../../../functions/common/env.ts';
import { createProviders } from '../../../functions/email-worker/providers.ts';
import { keysSchema, parseKeys, workerEnv } from '../../../functions/email-worker/settings.ts';
import { simulatedClock } from '../support/clock.ts';
import { silent } from '../support/telemetry.ts';

const variables = {
  SENDS_TABLE: 't',
  CONTROL_TABLE: 'c',
  EMAIL_QUEUE_URL: 'q',
  SES_CONFIGURATION_SET: 'events',
  EMAIL_PROVIDERS: 'mailgun, ses,sendgrid,smtp',
  EMAIL_RATES: 'mailgun=50,smtp=0.5',
  EMAIL_KEYS_SECRET_ARN: 'arn',
  MAILGUN_BASE_URL: 'https://api.mailgun.net',
  MAILGUN_DOMAIN: 'mg.example.com',
  SENDGRID_BASE_URL: 'https://api.sendgrid.com',
};
const clock = simulatedClock();
const thrownBy = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};
const ses = { name: 'ses', send: async () => ({ messageId: 'm' }) };
const namesWith = (keys: object, changes: object = {}) =>
  createProviders({
    env: readEnv(workerEnv, { ...variables, ...changes }),
    keys: keysSchema.parse(keys),
    ses,
    telemetry: silent,
    clock,
  }).map(({ name }) => name);

describe("the email worker's settings", () => {
  it('name the providers in order, and the rate of each', () => {
    const env = readEnv(workerEnv, variables);

    expect(env.EMAIL_PROVIDERS).toEqual(['mailgun', 'ses', 'sendgrid', 'smtp']);
    expect((['mailgun', 'smtp', 'sendgrid'] as const).map(env.EMAIL_RATES)).toEqual([50, 0.5, 10]);
  });

  it('are refused with every problem at once', () => {
    const read = () =>
      readEnv(workerEnv, { ...variables, SENDS_TABLE: '', EMAIL_PROVIDERS: 'ses,postmark', EMAIL_RATES: 'mailgun' });

    for (const name of ['SENDS_TABLE', 'EMAIL_PROVIDERS', 'EMAIL_RATES']) expect(read).toThrow(name);
    expect(() => readEnv(workerEnv, { ...variables, EMAIL_PROVIDERS: 'ses,ses' })).toThrow('named twice');
  });

  it('trim keys', () => {
    expect(keysSchema.parse({ mailgun: ' k\r\n', sendgrid: 'SG.k\n', smtp: '\n' })).toEqual({
      mailgun: 'k',
      sendgrid: 'SG.k',
      smtp: '',
    });
  });

  it('leave out a provider that has no key, or no domain', () => {
    const all = { mailgun: 'k', sendgrid: 'k', smtp: 'smtps://u:p@mail.example.com' };

    expect(namesWith(all)).toEqual(['mailgun', 'ses', 'sendgrid', 'smtp']);
    expect(namesWith({ ...all, sendgrid: '' }, { MAILGUN_DOMAIN: '' })).toEqual(['ses', 'smtp']);
    expect(() => namesWith({}, { EMAIL_PROVIDERS: 'mailgun' })).toThrow('has a key in arn');
  });

  it.each([
    'smtps://u:hunter2/#@mail.example.com',
    'u:hunter2@mail.example.com',
    'https://u:hunter2@mail.example.com',
    'smtp://u:hunter2%@mail.example.com',
    'smtp:u:hunter2@mail.example.com',
  ])('leave out an SMTP server with an invalid URL, and do not show its password: %s', (smtp) => {
    const logged: unknown[] = [];
    const providers = createProviders({
      env: readEnv(workerEnv, variables),
      keys: parseKeys(JSON.stringify({ sendgrid: 'k', smtp }), 'arn'),
      ses,
      telemetry: { ...silent, warn: (...line) => logged.push(line) },
      clock,
    });

    expect(providers.map(({ name }) => name)).toEqual(['ses', 'sendgrid']);
    expect(JSON.stringify(logged)).toContain('smtp');
    expect(inspect(logged)).not.toContain('hunter2');
    expect(inspect(thrownBy(() => createSmtp({ url: smtp, timeoutMs: 1, clock })))).not.toContain('hunter2');
  });

  it.each(['hunter2', '{"smtp": "hunter2"', '{"smtp": ["hunter2"]}', '"hunter2"'])(
    'refuse a secret that is not as it should be, and tell nobody what is in it: %s',
    (secret) => {
      const error = thrownBy(() => parseKeys(secret, 'arn'));

      expect(String(error)).toContain('arn');
      expect(inspect(error)).not.toContain('hunter2');
    },
  );

  it('take an empty secret for no keys', () => {
    for (const secret of [undefined, '{}']) {
      expect(parseKeys(secret, 'arn')).toEqual({ mailgun: '', sendgrid: '', smtp: '' });
    }
  });
});
