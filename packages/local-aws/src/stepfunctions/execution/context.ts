import type { JsonObject } from '../../json.ts';
import type { Bindings } from '../jsonata/expression.ts';
import type { Payload } from '../payload.ts';
import type { Execution } from './execution.ts';
import type { Thread } from './thread.ts';

/** What an expression can read besides input and context. */
export interface Extras {
  result?: Payload;
  errorOutput?: Payload;
  token?: string;
  /** The item that an ItemSelector is evaluated for. */
  item?: Item;
}

export interface Item {
  index: number;
  value: Payload;
  /** Where it comes from: STATE_DATA or the S3 URI of a file. */
  source?: string;
}

const iso = (time: number) => new Date(time).toISOString();

function mapItem(execution: Execution, thread: Thread): Item | undefined {
  for (let id = thread.id; id !== 0; ) {
    const { item, parent } = execution.thread(id);
    if (item) return item;
    id = parent;
  }
  return undefined;
}

/** The context object of a state, as on AWS. */
export function contextObject(execution: Execution, thread: Thread, extras: Extras = {}): JsonObject {
  const { machine } = execution;
  const own = extras.item ?? mapItem(execution, thread);
  return {
    Execution: {
      Id: execution.arn,
      Input: execution.input.value,
      Name: execution.name,
      RoleArn: machine.roleArn,
      StartTime: iso(execution.started),
      RedriveCount: execution.redrives,
      ...(execution.redriven !== undefined && { RedriveTime: iso(execution.redriven) }),
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
    State: { EnteredTime: iso(thread.enteredAt), Name: thread.state, RetryCount: thread.retries },
    ...(extras.token !== undefined && { Task: { Token: extras.token } }),
    ...(own && {
      Map: {
        Item: { Index: own.index, Value: own.value.value, ...(own.source !== undefined && { Source: own.source }) },
      },
    }),
  };
}

/** The bindings of a state's expressions: `states`, and the variables of its scope and of the scopes above. */
export function bindingsOf(execution: Execution, thread: Thread, extras: Extras = {}): Bindings {
  const bindings: Bindings = {};
  const scopes: Thread[] = [];
  for (let id = thread.id; id !== 0; ) {
    const scope = execution.thread(id);
    scopes.push(scope);
    id = scope.parent;
  }
  for (const scope of scopes.reverse()) {
    for (const [name, payload] of Object.entries(scope.vars)) bindings[name] = payload.value;
  }
  let context: JsonObject | undefined;
  const states: Record<string, unknown> = {
    // Most expressions read only the input, so the other members are created on demand.
    get context() {
      context ??= contextObject(execution, thread, extras);
      return context;
    },
    get input() {
      return thread.input.value;
    },
  };
  const { result, errorOutput } = extras;
  if (result) Object.defineProperty(states, 'result', { enumerable: true, get: () => result.value });
  if (errorOutput) Object.defineProperty(states, 'errorOutput', { enumerable: true, get: () => errorOutput.value });
  bindings.states = states;
  return bindings;
}
