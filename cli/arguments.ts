import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** A command line that cannot be understood: exit status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export interface CommandSpec<T extends ParseArgsOptionsConfig> {
  /** What one types, `npm start`. */
  command: string;
  help: string;
  options: T;
  /** Arguments that are no options, at most. */
  positionals: number;
}

const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const;

/** Reads a command line strictly. Answers undefined after it has shown the help. Throws UsageError. */
export function parseCommand<const T extends ParseArgsOptionsConfig>(spec: CommandSpec<T>, args: readonly string[]) {
  const parsed = parse(spec, args);
  if ('help' in parsed.values && parsed.values.help === true) {
    console.log(spec.help);
    return undefined;
  }
  if (parsed.positionals.length > spec.positionals) {
    const extra = parsed.positionals[spec.positionals];
    throw new UsageError(`"${extra}" is one argument too many. ${hint(spec)}`);
  }
  return parsed;
}

function parse<const T extends ParseArgsOptionsConfig>(spec: CommandSpec<T>, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { ...spec.options, ...HELP }, allowPositionals: true });
  } catch (error) {
    // Node's text: "Unknown option '--x'. To specify a positional argument …"; its first sentence says it all.
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${text.split('. ')[0]?.split('\n')[0]}. ${hint(spec)}`);
  }
}

const hint = (spec: { command: string }) => `See ${spec.command} -- --help`;

/** A whole number within bounds. Throws UsageError. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}
