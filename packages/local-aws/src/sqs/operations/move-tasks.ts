import { randomUUID } from 'node:crypto';
import type { Faux, FauxMessage, FauxQueue, FauxStore } from '../state/fauxqs.ts';

interface MoveTask {
  readonly handle: string;
  readonly source: FauxQueue;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  reason?: string;
  timer?: NodeJS.Timeout;
}

type Body = Record<string, unknown>;

/** How often a task moves messages. */
const TICK_MS = 100;
/** The limit of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
const MAX_PER_SECOND = 500;

/** Tasks that move messages out of a dead-letter queue, which fauxqs lacks. They are kept in memory only. */
export class MoveTasks {
  readonly #faux: Faux;
  readonly #store: FauxStore;
  readonly #tasks: MoveTask[] = [];

  constructor(faux: Faux, store: FauxStore) {
    this.#faux = faux;
    this.#store = store;
  }

  start(body: Body): Body {
    this.#store.processAllTimers();
    const source = this.#queue(body.SourceArn);
    const destinationArn = typeof body.DestinationArn === 'string' ? body.DestinationArn : undefined;
    const sources = this.sourcesOf(source.arn);
    if (sources.length === 0)
      throw this.#error('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    if (this.#tasks.some((task) => task.source === source && task.status === 'RUNNING')) {
      throw this.#error(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    if (destinationArn === undefined && sources.length > 1) {
      throw this.#error(
        'InvalidParameterValue',
        `${sources.length} queues use this one as their dead-letter queue: name the DestinationArn`,
      );
    }
    const destination = destinationArn === undefined ? sources[0] : this.#queue(destinationArn);
    if (!destination)
      throw this.#error(
        'ResourceNotFoundException',
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
      );
    const perSecond = body.MaxNumberOfMessagesPerSecond;
    if (perSecond !== undefined && !(Number(perSecond) >= 1 && Number(perSecond) <= MAX_PER_SECOND)) {
      throw this.#error(
        'InvalidParameterValue',
        'Value for parameter MaxNumberOfMessagesPerSecond must be between 1 and 500.',
      );
    }
    const task: MoveTask = {
      handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.arn })).toString('base64'),
      source,
      destinationArn,
      perSecond: perSecond === undefined ? undefined : Number(perSecond),
      startedAt: Date.now(),
      toMove: source.messages.length,
      moved: 0,
      status: 'RUNNING',
    };
    this.#tasks.unshift(task);
    const share = Math.max(1, Math.round(((task.perSecond ?? MAX_PER_SECOND) * TICK_MS) / 1000));
    task.timer = setInterval(() => this.#move(task, destination, share), TICK_MS);
    this.#move(task, destination, share);
    return { TaskHandle: task.handle };
  }

  list(body: Body): Body {
    const source = this.#queue(body.SourceArn);
    const results = this.#tasks.filter((task) => task.source === source).slice(0, Number(body.MaxResults ?? 1));
    return { Results: results.map(describe) };
  }

  cancel(body: Body): Body {
    const task = this.#tasks.find(({ handle, status }) => handle === body.TaskHandle && status === 'RUNNING');
    if (!task) throw this.#error('ResourceNotFoundException', 'Task does not exist.');
    this.#end(task, 'CANCELLED');
    return { ApproximateNumberOfMessagesMoved: task.moved };
  }

  /** The queues that use this one as their dead-letter queue. */
  sourcesOf(arn: string): FauxQueue[] {
    return [...this.#store.allQueues()].filter((queue) => {
      const policy = queue.attributes.RedrivePolicy;
      return policy !== undefined && (JSON.parse(policy) as Body).deadLetterTargetArn === arn;
    });
  }

  close(): void {
    for (const task of this.#tasks) clearInterval(task.timer);
  }

  #move(task: MoveTask, destination: FauxQueue, share: number): void {
    for (let count = 0; count < share && task.moved < task.toMove; count++) {
      const message = task.source.messages.shift();
      if (!message) break;
      task.source.persistence?.deleteMessage(message.messageId);
      destination.enqueue(this.#copyOf(message));
      task.moved++;
    }
    if (task.moved >= task.toMove || task.source.messages.length === 0) this.#end(task, 'COMPLETED');
  }

  /** Moving creates a new message, so its receive count starts again. */
  #copyOf({ body, messageAttributes, messageGroupId, messageDeduplicationId }: FauxMessage): FauxMessage {
    return this.#faux.Store.createMessage(body, messageAttributes, undefined, messageGroupId, messageDeduplicationId);
  }

  #end(task: MoveTask, status: MoveTask['status']): void {
    clearInterval(task.timer);
    task.status = status;
  }

  #queue(arn: unknown): FauxQueue {
    const queue = typeof arn === 'string' ? this.#store.getQueueByArn(arn) : undefined;
    if (!queue)
      throw this.#error(
        'ResourceNotFoundException',
        "The resource that you specified for the SourceArn parameter doesn't exist.",
      );
    return queue;
  }

  #error(code: string, message: string): Error {
    return new this.#faux.SqsError(code, message);
  }
}

function describe(task: MoveTask): Body {
  return {
    ...(task.status === 'RUNNING' ? { TaskHandle: task.handle } : {}),
    Status: task.status,
    SourceArn: task.source.arn,
    ...(task.destinationArn === undefined ? {} : { DestinationArn: task.destinationArn }),
    ...(task.perSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond: task.perSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    StartedTimestamp: task.startedAt,
  };
}
