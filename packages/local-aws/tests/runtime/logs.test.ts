import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LogFiles } from '../../src/lambda/state/logs.ts';
import { tempDir } from './support/functions.ts';

describe('the log of a function', () => {
  it('keeps its lines while no file descriptor is free, and goes on', async () => {
    const dir = tempDir();
    let isOutOfFiles = true;
    const logs = new LogFiles(dir, async (...write) => {
      if (isOutOfFiles) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      await appendFile(...write);
    });

    logs.append('upload', 'first\n');
    await logs.flush();
    isOutOfFiles = false;
    logs.append('upload', 'second\n');
    await logs.flush();

    expect(await readFile(join(dir, 'upload.log'), 'utf8')).toBe('first\nsecond\n');
  });

  it('reports any other failure to write', async () => {
    const logs = new LogFiles(tempDir(), async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
    logs.append('upload', 'line\n');

    await expect(logs.flush()).rejects.toThrow('no space');
  });
});
