/** A process that keeps a listening socket open without accepting from it, and hands it back when it is asked to. */
import type { SendHandle } from 'node:child_process';

let kept: SendHandle;

process.on('message', (_message, handle: SendHandle) => {
  if (handle) kept = handle;
  else process.send?.('listener', kept);
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal. This one ends with the process that uses it.
process.on('SIGINT', () => undefined);
