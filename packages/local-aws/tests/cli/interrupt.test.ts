import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { interruptSignal } from '../../src/cli/interrupt.ts';

function fakeProcess(env: Record<string, string> = {}) {
  const exits: unknown[] = [];
  const exit = (status: unknown) => {
    exits.push(status);
  };
  const program = Object.assign(new EventEmitter(), { env, ppid: 100, exit, exits });
  return { program, signal: interruptSignal(program as unknown as NodeJS.Process) };
}

describe('interrupting a command', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test.each(['SIGINT', 'SIGTERM'])('%s aborts', (name) => {
    const { program, signal } = fakeProcess();
    expect(signal.aborted).toBe(false);
    program.emit(name);
    expect(signal.aborted).toBe(true);
  });

  test('a signal that comes twice at once, from the terminal and from npm, does not cut the clean stop short', () => {
    const { program, signal } = fakeProcess();
    program.emit('SIGINT');
    jest.advanceTimersByTime(20);
    program.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    expect(program.exits).toEqual([]);
  });

  test('a second signal later ends the process at once', () => {
    const { program } = fakeProcess();
    program.emit('SIGINT');
    jest.advanceTimersByTime(2000);
    program.emit('SIGINT');
    expect(program.exits).toEqual([1]);
  });

  test('under npm, the end of the shell aborts, because npm passes SIGTERM to that shell only', () => {
    const { program, signal } = fakeProcess({ npm_lifecycle_event: 'up' });
    jest.advanceTimersByTime(60_000);
    expect(signal.aborted).toBe(false);
    program.ppid = 1;
    jest.advanceTimersByTime(1000);
    expect(signal.aborted).toBe(true);
    jest.advanceTimersByTime(60_000);
    expect(program.exits).toEqual([]);
  });

  test('without npm, the process outlives its parent, so that it can run in the background', () => {
    const { program, signal } = fakeProcess();
    program.ppid = 1;
    jest.advanceTimersByTime(60_000);
    expect(signal.aborted).toBe(false);
  });
});
