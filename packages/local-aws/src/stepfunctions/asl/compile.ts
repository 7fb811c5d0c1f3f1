import { isObject, type Json } from '../../json.ts';
import { TemplateCompiler } from '../jsonata/template.ts';
import { checkFlow, checkVariables } from './checks.ts';
import { compileMap } from './compile-map.ts';
import { compileState } from './compile-state.ts';
import { JSONATA_FIELDS, JSONPATH_FIELDS } from './fields.ts';
import type { Block, Definition, MachineType, Problem, State } from './types.ts';

/** The state of compiling one definition. */
export class Compilation {
  readonly problems: Problem[] = [];
  readonly blocks = new Map<string, Block>();
  readonly templates: TemplateCompiler;
  /** For the generated label of a distributed Map. */
  readonly machineName: string;
  #place = '';

  constructor(machineName: string, random: () => number) {
    this.machineName = machineName;
    this.templates = new TemplateCompiler(random, (field, message) =>
      this.problem(`${this.#place}/${field}`, message, 'INVALID_JSONATA_EXPRESSION'),
    );
  }

  problem(location: string, message: string, code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.problems.push({ code, location, message });
  }

  /** Compiles a block of states; undefined if it has no StartAt or States. */
  block(raw: Json | undefined, key: string, place: string, language: string, type: MachineType): Block | undefined {
    if (!isObject(raw) || typeof raw.StartAt !== 'string' || !isObject(raw.States)) {
      this.problem(place, 'StartAt and States are required');
      return undefined;
    }
    const states = new Map<string, State>();
    for (const [name, state] of Object.entries(raw.States)) {
      const compiled = this.#state(state, name, key, `${place}/States/${name}`, language, type);
      if (compiled) states.set(name, compiled);
    }
    const block: Block = { key, startAt: raw.StartAt, states };
    this.blocks.set(key, block);
    checkFlow(raw.StartAt, raw.States, place, this);
    return block;
  }

  #state(
    raw: Json,
    name: string,
    block: string,
    place: string,
    language: string,
    type: MachineType,
  ): State | undefined {
    if (!isObject(raw) || typeof raw.Type !== 'string') {
      this.problem(place, 'A state needs a Type');
      return undefined;
    }
    if (name.length > 80) this.problem(place, 'A state name must have at most 80 characters');
    const own = typeof raw.QueryLanguage === 'string' ? raw.QueryLanguage : language;
    const fields = (own === 'JSONata' ? JSONATA_FIELDS : JSONPATH_FIELDS).get(raw.Type);
    if (fields === undefined) {
      const why = JSONATA_FIELDS.has(raw.Type)
        ? `The state '${name}' of type ${raw.Type} is in JSONPath mode, which this engine does not run: set QueryLanguage to JSONata`
        : `The state '${name}' has the unknown type '${raw.Type}'`;
      this.problem(place, why);
      return undefined;
    }
    for (const field of Object.keys(raw)) {
      if (fields.includes(field)) continue;
      const mode = own === 'JSONata' ? 'in JSONata mode' : 'in JSONPath mode';
      this.problem(
        `${place}/${field}`,
        `The field '${field}' of the ${raw.Type} state '${name}' is not supported ${mode}`,
      );
    }
    if (own !== 'JSONata' && language === 'JSONata') {
      this.problem(
        `${place}/QueryLanguage`,
        'A state cannot be in JSONPath mode where its state machine is in JSONata mode',
      );
    }
    const outer = this.#place;
    this.#place = place;
    const context = { raw, name, block, place, isJsonata: own === 'JSONata', language: own, type };
    const compiled = raw.Type === 'Map' ? compileMap(context, this) : compileState(context, this);
    this.#place = outer;
    return compiled;
  }
}

/** Compiles a definition. Reports everything in it that is wrong or not supported. */
export function compileDefinition(
  raw: Json,
  options: { name: string; type: MachineType; random: () => number },
): { definition: Definition | undefined; problems: Problem[] } {
  const compilation = new Compilation(options.name, options.random);
  if (!isObject(raw)) {
    compilation.problem('', 'The definition must be a JSON object');
    return { definition: undefined, problems: compilation.problems };
  }
  for (const field of Object.keys(raw)) {
    const known = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'].includes(field);
    if (!known) compilation.problem(`/${field}`, `The field '${field}' is not supported`);
  }
  const language = raw.QueryLanguage ?? 'JSONPath';
  if (language !== 'JSONata' && language !== 'JSONPath') {
    compilation.problem('/QueryLanguage', 'QueryLanguage must be JSONata or JSONPath');
  }
  const timeout = raw.TimeoutSeconds;
  if (timeout !== undefined && (!Number.isInteger(timeout) || Number(timeout) <= 0)) {
    compilation.problem('/TimeoutSeconds', 'TimeoutSeconds must be a positive integer');
  }
  const root = compilation.block(raw, '', '', String(language), options.type);
  checkVariables(raw, compilation);
  const { problems, blocks } = compilation;
  if (root === undefined || problems.length > 0) return { definition: undefined, problems };
  const timeoutSeconds = typeof timeout === 'number' ? timeout : undefined;
  return { definition: { root, blocks, timeoutSeconds }, problems };
}
