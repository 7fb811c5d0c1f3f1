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
  /**
   * Whether JSONata evaluates this concurrently with something else, so that entries and exits are not nested. It changes while the members of
   * an array are evaluated: the first member enters without it and leaves with it.
   */
  readonly isParallelCall: boolean;
}

interface Evaluation {
  steps: number;
  depth: number;
  /** The entries of each node that count as depth. */
  readonly counted: Map<object, number>;
}

/** Makes an expression fail that does not end or nests too deeply. It would stop the whole engine otherwise. */
export function limitEvaluation(expression: Expression): void {
  const evaluations = new WeakMap<Date, Evaluation>();
  const enter = (node: object, _input: unknown, { timestamp, isParallelCall }: Frame) => {
    let evaluation = evaluations.get(timestamp);
    if (!evaluation) {
      evaluation = { steps: 0, depth: 0, counted: new Map() };
      evaluations.set(timestamp, evaluation);
    }
    evaluation.steps++;
    if (evaluation.steps > MIN_STEPS && Date.now() - timestamp.getTime() > MAX_MS) throw new Error(TIMEOUT);
    if (isParallelCall) return;
    evaluation.depth++;
    evaluation.counted.set(node, (evaluation.counted.get(node) ?? 0) + 1);
    if (evaluation.depth > MAX_DEPTH) throw new Error(STACK_OVERFLOW);
  };
  const leave = (node: object, _input: unknown, { timestamp }: Frame) => {
    const evaluation = evaluations.get(timestamp);
    const counted = evaluation?.counted.get(node) ?? 0;
    if (!evaluation || counted === 0) return;
    evaluation.depth--;
    evaluation.counted.set(node, counted - 1);
  };
  const environment = expression as unknown as { assign(name: symbol, callback: typeof enter): void };
  environment.assign(Symbol.for('jsonata.__evaluate_entry'), enter);
  environment.assign(Symbol.for('jsonata.__evaluate_exit'), leave);
}
