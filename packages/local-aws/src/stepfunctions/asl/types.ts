import type { Template } from '../jsonata/template.ts';

export type MachineType = 'STANDARD' | 'EXPRESS';

/** A StartAt with its States: the whole machine, a branch of a Parallel state or an ItemProcessor. */
export interface Block {
  /** Identifies the block in the machine and in snapshots. */
  readonly key: string;
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export interface Assignment {
  readonly name: string;
  readonly value: Template;
}

/** How a state is left: its output, its variables and the next state. */
export interface Exit {
  readonly output: Template | undefined;
  readonly assign: readonly Assignment[];
  /** Undefined if the block ends here. */
  readonly next: string | undefined;
}

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly fullJitter: boolean;
}

export interface Catcher extends Exit {
  readonly errors: readonly string[];
}

interface StateBase extends Exit {
  readonly name: string;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends StateBase {
  readonly type: 'Pass';
  /** JSONPath only: the fixed output. */
  readonly result: Template | undefined;
}

export interface SucceedState extends StateBase {
  readonly type: 'Succeed';
}

export interface FailState extends StateBase {
  readonly type: 'Fail';
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
}

export interface ChoiceRule extends Exit {
  readonly condition: Template;
}

export interface ChoiceState extends StateBase {
  readonly type: 'Choice';
  readonly rules: readonly ChoiceRule[];
  readonly hasDefault: boolean;
}

export interface WaitState extends StateBase {
  readonly type: 'Wait';
  readonly seconds: Template | undefined;
  readonly timestamp: Template | undefined;
}

/** The target of a Task. `resource` and `resourceType` appear in the history. */
export interface TaskTarget {
  readonly kind: 'lambda-arn' | 'lambda' | 'dynamodb' | 'sqs' | 'sdk';
  /** The service as the ARN names it; for `lambda-arn` the ARN of the function. */
  readonly service: string;
  /** In camel case, as in the ARN. */
  readonly action: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly waitForToken: boolean;
}

export interface TaskState extends StateBase {
  readonly type: 'Task';
  readonly target: TaskTarget;
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
}

export interface ParallelState extends StateBase {
  readonly type: 'Parallel';
  readonly arguments: Template | undefined;
  readonly branches: readonly Block[];
}

export interface ItemReader {
  readonly inputType: 'CSV' | 'JSON' | 'JSONL';
  readonly arguments: Template;
  readonly delimiter: string;
  /** Undefined if the first row is the header. */
  readonly headers: readonly string[] | undefined;
  readonly maxItems: Template | undefined;
}

export interface ItemBatcher {
  readonly batchInput: Template | undefined;
  readonly maxItems: Template | undefined;
  readonly maxBytes: Template | undefined;
}

export interface ResultWriter {
  readonly arguments: Template;
  readonly config: WriterConfig;
}

/** How results are written. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html */
export interface WriterConfig {
  /** NONE writes the whole executions, COMPACT their outputs, FLATTEN their outputs with the elements of those that are arrays. */
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly outputType: 'JSON' | 'JSONL';
}

export interface MapState extends StateBase {
  readonly type: 'Map';
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: Template | undefined;
  readonly processor: Block;
  /** Undefined for an inline Map. */
  readonly distributed: DistributedMap | undefined;
}

export interface DistributedMap {
  readonly label: string;
  readonly childType: MachineType;
  readonly reader: ItemReader | undefined;
  readonly batcher: ItemBatcher | undefined;
  readonly writer: ResultWriter | undefined;
  readonly toleratedCount: Template | undefined;
  readonly toleratedPercentage: Template | undefined;
}

export type State =
  | PassState
  | SucceedState
  | FailState
  | ChoiceState
  | WaitState
  | TaskState
  | ParallelState
  | MapState;

/** A compiled definition. */
export interface Definition {
  readonly root: Block;
  /** Every block by its key. */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly timeoutSeconds: number | undefined;
}

/** Something in a definition that is wrong or not supported. */
export interface Problem {
  readonly code: string;
  /** Path in the definition: `/States/Send/Retry[0]`. */
  readonly location: string;
  readonly message: string;
}
