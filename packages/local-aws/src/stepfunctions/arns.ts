/** The ARNs of one account and Region. */
export class Arns {
  readonly region: string;
  readonly accountId: string;
  readonly #prefix: string;

  constructor(region: string, accountId: string) {
    this.region = region;
    this.accountId = accountId;
    this.#prefix = `arn:aws:states:${region}:${accountId}`;
  }

  machine(name: string): string {
    return `${this.#prefix}:stateMachine:${name}`;
  }

  execution(machine: string, name: string): string {
    return `${this.#prefix}:execution:${machine}:${name}`;
  }

  /** The ARN of an EXPRESS execution or child. Names may repeat, so the id makes it unique. */
  express(machine: string, name: string, id: string): string {
    return `${this.#prefix}:express:${machine}:${name}:${id}`;
  }

  mapRun(machine: string, label: string, id: string): string {
    return `${this.#prefix}:mapRun:${machine}/${label}:${id}`;
  }
}

export interface ParsedArn {
  kind: string;
  machine: string;
  /** The label of a child execution's or Map Run's Map state. */
  label?: string;
  name?: string;
  id?: string;
}

/** Splits an ARN of Step Functions into its parts; undefined if it is not one. */
export function parseArn(arn: string): ParsedArn | undefined {
  const match =
    /^arn:aws[a-z-]*:states:[^:]+:\d{12}:([A-Za-z]+):([^:/]+)(?:\/([^:]+))?(?::([^:]+))?(?::([^:]+))?$/.exec(arn);
  const [, kind, machine, label, name, id] = match ?? [];
  if (kind === undefined || machine === undefined) return undefined;
  return {
    kind,
    machine,
    ...(label !== undefined && { label }),
    ...(name !== undefined && { name }),
    ...(id !== undefined && { id }),
  };
}
