/** npm passes on a signal that the program may already have from the terminal. Two signals within this time count as one. */
const ECHO_MS = 500;
const PARENT_CHECK_MS = 500;

type Process = Pick<NodeJS.Process, 'env' | 'exit' | 'on' | 'ppid'>;

/**
 * Aborts on SIGINT and SIGTERM. A second signal ends the process at once with status 1. Also aborts when the shell that npm started
 * ends, because npm sends SIGTERM only to that shell, and dash ends without passing it on.
 */
export function interruptSignal(program: Process = process): AbortSignal {
  const interruption = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (!interruption.signal.aborted) {
      firstAt = performance.now();
      interruption.abort(new Error('interrupted'));
    } else if (performance.now() - firstAt > ECHO_MS) {
      program.exit(1);
    }
  };
  program.on('SIGINT', onSignal);
  program.on('SIGTERM', onSignal);
  if (program.env.npm_lifecycle_event !== undefined) {
    const shell = program.ppid;
    const check = setInterval(() => {
      if (program.ppid === shell) return;
      clearInterval(check);
      onSignal();
    }, PARENT_CHECK_MS);
    check.unref();
  }
  return interruption.signal;
}
