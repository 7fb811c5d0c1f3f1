import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LogFiles } from '../../src/lambda/state/logs.ts';
import { readLogs, selectLines } from '../../src/lambda/state/read-logs.ts';
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

describe('the lines of an invocation', () => {
  const [A, B] = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'];
  const LINES = [
    `2026-11-22T10:00:00.000Z\t${A}\tINFO\tbegins`,
    `{"level":"WARN","message":"A row failed","timestamp":"2026-11-22T10:00:05.000Z","function_request_id":"${B}"}`,
    `2026-11-22T10:00:09.000Z\t${A}\tERROR\tends`,
    `REPORT RequestId: ${A}\tDuration: 9000 ms`,
    `REPORT RequestId: ${B}\tDuration: 1 ms`,
    '',
  ];
  const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);
  const always = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 };

  it('are found by its request id', () => {
    expect(selectLines(LINES, { ...always, requestId: A })).toEqual([LINES[0], LINES[2], LINES[3]]);
  });

  it('are found by a time in which it wrote one, with its report', () => {
    const query = { ...always, from: at('10:00:04'), to: at('10:00:06') };
    expect(selectLines(LINES, query)).toEqual([LINES[1], LINES[4]]);
    expect(selectLines(LINES, { ...query, from: at('10:00:06') })).toEqual([]);
  });

  it('are the last ones, if there are more than asked for', () => {
    expect(selectLines(LINES, always)).toHaveLength(5);
    expect(selectLines(LINES, { ...always, limit: 1 })).toEqual([LINES[4]]);
  });

  it('are none of a function that has written nothing', async () => {
    expect(await readLogs(tempDir(), 'quiet', always)).toEqual([]);
  });
});
