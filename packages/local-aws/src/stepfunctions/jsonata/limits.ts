import type { Expression } from 'jsonata';

/**
 * Step Functions lets an expression run for a second and nest 100 levels. The depth and its message were measured on AWS
 * (https://github.com/floci-io/floci/issues/2737).
 */
const MAX_MS = 1000;
const MAX_DEPTH = 100;
/** An expression with fewer steps than this did not use the second by itself: the machine is busy. */
const MIN_STEPS = 200_000;

const TIMEOUT = 'Expression evaluation timeout: Check for infinite loop';
const STACK_OVERFLOW =
  'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.';

/** The environment that JSONata passes to the callbacks below. */
interface Frame {
  /** Each evaluation has its own, and all its frames share it. */
  readonly timestamp: Date;
  /** Whether JSONata evaluates this concurrently with something else, so that entries and exits are not nested. */
  readonly isParallelCall: boolean;
}

/** Makes an expression fail that does not end or nests too deeply. It would stop the whole engine otherwise. */
export function limitEvaluation(expression: Expression): void {
  const evaluations = new WeakMap<Date, { steps: number; depth: number }>();
  const enter = (_node: unknown, _input: unknown, { timestamp, isParallelCall }: Frame) => {
    let evaluation = evaluations.get(timestamp);
    if (!evaluation) {
      evaluation = { steps: 0, depth: 0 };
      evaluations.set(timestamp, evaluation);
    }
    evaluation.steps++;
    if (evaluation.steps > MIN_STEPS && Date.now() - timestamp.getTime() > MAX_MS) throw new Error(TIMEOUT);
    if (isParallelCall) return;
    evaluation.depth++;
    if (evaluation.depth > MAX_DEPTH) throw new Error(STACK_OVERFLOW);
  };
  const leave = (_node: unknown, _input: unknown, { timestamp, isParallelCall }: Frame) => {
    const evaluation = evaluations.get(timestamp);
    if (evaluation && !isParallelCall) evaluation.depth--;
  };
  const environment = expression as unknown as { assign(name: symbol, callback: typeof enter): void };
  environment.assign(Symbol.for('jsonata.__evaluate_entry'), enter);
  environment.assign(Symbol.for('jsonata.__evaluate_exit'), leave);
}
