import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The command line is not valid. The command exits with status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export interface CommandSpec<T extends ParseArgsOptionsConfig> {
  /** As the user types it, `npm start`. */
  command: string;
  help: string;
  options: T;
  /** The most arguments besides options. */
  positionals: number;
}

const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const;

/** Parses a command line strictly. Returns undefined after showing the help. Throws UsageError. */
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
    // Node's text is "Unknown option '--x'. To specify a positional argument …". The first sentence is enough.
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${text.split('. ')[0]?.split('\n')[0]}. ${hint(spec)}`);
  }
}

const hint = (spec: { command: string }) => `See ${spec.command} -- --help`;

/** Parses a whole number within bounds. Throws UsageError. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}
