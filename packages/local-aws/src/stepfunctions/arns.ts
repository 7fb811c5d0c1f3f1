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

  /** An execution of an EXPRESS machine, or an EXPRESS child: the part behind its name makes it unique. */
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
  /** Of a child execution or a Map Run. */
  label?: string;
  name?: string;
  id?: string;
}

/** Takes a states ARN apart; undefined where it is none. */
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
