import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { messageForUser, uncaughtError } from '../../src/cli/failure.ts';
import { StoreFailure } from '../../src/storage/failure.ts';

describe('an error that ends the stack', () => {
  it('is printed in one line if its message says what to do', () => {
    expect(messageForUser(new StoreFailure('damaged', 'x is damaged'))).toBe('x is damaged');
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', path: '/data/pid' });
    expect(messageForUser(full)).toBe(
      'The disk is full: /data/pid could not be written. Free space and start again; nothing is lost.',
    );
  });

  it('is printed with its stack trace if it is unexpected', () => {
    expect(messageForUser(new TypeError('odd'))).toMatch(/^TypeError: odd\n +at /);
  });

  it('can be an uncaught exception', async () => {
    const program = new EventEmitter() as EventEmitter & Pick<NodeJS.Process, 'on'>;
    const uncaught = uncaughtError(program);
    const first = new Error('first');

    program.emit('uncaughtException', first);
    program.emit('uncaughtException', new Error('second'));

    expect(await uncaught).toBe(first);
  });
});
