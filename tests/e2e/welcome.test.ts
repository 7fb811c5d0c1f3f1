import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Outputs } from '../../dev/outputs.ts';
import { Command, type MailboxMessage, readyOutputs, tempDataDir } from './support/product.ts';

const dataDir = tempDataDir();
const args = ['--port', '0', '--aws-port', '0', '--data', dataDir];

describe('npm start', () => {
  let command: Command;
  let outputs: Outputs;

  beforeAll(async () => {
    command = new Command('start', args);
    outputs = await readyOutputs(command, dataDir);
    await command.says('Ctrl-C stops it');
  });

  afterAll(async () => {
    await command.stop();
  });

  it('sends the example and says what became of each row', () => {
    expect(command.output).toMatch(/SUCCEEDED in \d+\.\d s/);
    expect(command.output).toMatch(/sent +22\n +errors +1\n +skipped +2\n +rows +25\n/);
    expect(command.output).toMatch(/row 16 +reject-ana@simulator.pregon.test +MessageRejected: /);
    expect(command.output).toMatch(/row 9 +no-es-una-direccion +\S/);
    expect(command.output).toMatch(/row 19 +Emma.Wilson@example.com +\S/);
  });

  it('shows the addresses of the pages, and each answers', async () => {
    for (const path of ['/console', '/docs', '/graphql', '/health']) {
      expect(command.output).toContain(`${outputs.apiUrl}${path}`);
      expect((await fetch(`${outputs.apiUrl}${path}`)).status).toBe(200);
    }
  });

  it('sends each address one mail, its variables filled in', async () => {
    const page = (await (await fetch(`${outputs.awsEndpoint}/_local/mailbox?limit=1000`)).json()) as {
      count: number;
      messages: MailboxMessage[];
    };

    expect(page.count).toBe(22);
    expect(new Set(page.messages.map(({ to }) => to)).size).toBe(22);
    const lucia = page.messages.find(({ to }) => to.startsWith('lucia'));
    expect(lucia?.subject).toBe('¡Te damos la bienvenida, Lucía!');
    expect(lucia?.text).toContain('Hola Lucía:\n\nGracias');
  });

  it('meters Step Functions: the states of each row, and the retries', async () => {
    const response = await fetch(`${outputs.awsEndpoint}/_local/usage`);
    const { transitions, estimatedUsd } = (await response.json()) as {
      transitions: number;
      estimatedUsd: { stepFunctions: number; total: number };
    };

    // MarkQueued and Send for 23 rows; IsTryLeft, WaitForTry and both again for the two retries of the flaky one; and the 7 around them.
    expect(transitions).toBe(2 * 23 + 2 * 4 + 7);
    expect(estimatedUsd.stepFunctions).toBeGreaterThanOrEqual(transitions * 0.000025);
    expect(estimatedUsd.total).toBeGreaterThan(estimatedUsd.stepFunctions);
  });

  it('started on a data directory in use says who uses it', async () => {
    const second = new Command('up', args);

    expect(await second.ended()).toBe(1);
    expect(second.output).toContain(`in use by process ${command.child.pid}`);
  });

  it('started on a port in use says which option to change', async () => {
    const { port } = new URL(outputs.apiUrl);
    const second = new Command('up', ['--port', port, '--aws-port', '0', '--data', tempDataDir()]);

    expect(await second.ended()).toBe(1);
    expect(second.output).toBe(`Port ${port} is in use: choose another with --port, or 0 for any free one\n`);
  });

  it('stops cleanly at Ctrl-C; started again it sends nothing and keeps the exit status', async () => {
    expect(await command.stop()).toBe(0);

    const again = new Command('start', [...args, '--exit']);

    expect(await again.ended()).toBe(0);
    expect(again.output).toContain('This file was sent before');
    expect(again.output).toMatch(/sent +22\n +errors +1\n/);
  });
});

describe('the command line', () => {
  it.each([
    ['start', ['--nope'], "Unknown option '--nope'"],
    ['start', ['nowhere.csv'], 'There is no file nowhere.csv'],
    ['start', ['--campaign', 'Not Allowed'], '--campaign takes'],
    ['up', ['--open', '--host', '0.0.0.0'], '--open with --host'],
    ['redrive', [], 'Which campaign?'],
    ['status', ['x', '--data', '/nowhere'], 'No stack runs on /nowhere'],
  ] as const)('refuses %s %j with status 2', async (script, options, message) => {
    const command = new Command(script, options);

    expect(await command.ended()).toBe(2);
    expect(command.output).toContain(message);
  });

  it.each(['start', 'up', 'status', 'redrive'] as const)('%s --help explains it', async (script) => {
    const command = new Command(script, ['--help']);

    expect(await command.ended()).toBe(0);
    expect(command.output).toContain('--data .pregon');
  });
});
