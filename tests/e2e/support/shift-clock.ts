/**
 * Loaded before a command with `--import 'shift-clock.ts?FILE'`: shifts the wall clock of its process, threads included, by the milliseconds
 * that FILE holds, whenever that changes. It stands for a clock that is set while the stack runs; the monotonic clock goes on.
 */
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const SHIFT = 'shift of the wall clock in milliseconds';
const READ_EVERY_MS = 20;
const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));

/** All threads see the change at the same moment. */
function sharedShift(): Float64Array {
  const known = threads.getEnvironmentData(SHIFT);
  if (known instanceof SharedArrayBuffer) return new Float64Array(known);
  const memory = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  threads.setEnvironmentData(SHIFT, memory);
  const shift = new Float64Array(memory);
  const read = () => {
    shift[0] = Number(readFileSync(file, 'utf8'));
  };
  read();
  setInterval(read, READ_EVERY_MS).unref();
  return shift;
}

const shift = sharedShift();
const { now } = Date;
const shifted = () => now() + (shift[0] ?? 0);
globalThis.Date = new Proxy(Date, {
  construct: (date, args, target) => Reflect.construct(date, args.length > 0 ? args : [shifted()], target),
  apply: (date) => new date(shifted()).toString(),
});
Date.now = shifted;

/** Threads whose options are given do not load what the process loads. */
threads.Worker = class extends threads.Worker {
  constructor(entry: string | URL, options: threads.WorkerOptions = {}) {
    super(entry, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] });
  }
};
syncBuiltinESMExports();
