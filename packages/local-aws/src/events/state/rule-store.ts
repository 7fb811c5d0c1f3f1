import { join } from 'node:path';
import { AwsError } from '../../gateway/errors.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { readJsonFile, replaceFile } from '../../storage/durable-file.ts';
import { DEFAULT_BUS, type Rule } from '../definitions.ts';
import { compilePattern } from '../matching/pattern.ts';
import { PatternError } from '../matching/value-matchers.ts';

/** A rule that a client created. */
export interface ClientRule {
  readonly name: string;
  readonly bus: string;
  readonly pattern: Json;
  readonly enabled: boolean;
}

interface StoredRule extends ClientRule {
  readonly targets: readonly JsonObject[];
}

export interface RuleStoreOptions {
  /** The rules of the template. */
  readonly rules: readonly Rule[];
  readonly buses: readonly string[];
  readonly folder: string;
}

/** The limit of EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_TARGETS = 5;

/** The rules of the template, which clients cannot change, and the rules that clients created, which survive a restart. */
export class RuleStore {
  readonly buses: readonly string[];
  readonly #fixed: readonly Rule[];
  readonly #file: string;
  #stored: StoredRule[];
  #rules: readonly Rule[] = [];

  constructor({ rules, buses, folder }: RuleStoreOptions) {
    this.buses = buses;
    this.#fixed = rules;
    this.#file = join(folder, 'rules.json');
    this.#stored = readJsonFile({ path: this.#file, holds: 'the rules that clients have put' }, areRules) ?? [];
    this.#rules = [...rules, ...this.#stored.map(compiled)];
  }

  get all(): readonly Rule[] {
    return this.#rules;
  }

  /** Throws ResourceNotFoundException. */
  find(name: string, bus: string): Rule {
    const rule = this.#rules.find((known) => known.name === name && known.bus === bus);
    if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
    return rule;
  }

  /** Creates a rule, or changes its pattern and state but not its targets. */
  put(rule: ClientRule): Rule {
    if (!this.buses.includes(rule.bus)) throw notFound(`Event bus ${rule.bus} does not exist.`);
    if (this.#fixed.some(({ name, bus }) => name === rule.name && bus === rule.bus)) throw ofTemplate(rule.name);
    const before = this.#stored.find(({ name, bus }) => name === rule.name && bus === rule.bus);
    const stored = { ...rule, targets: before?.targets ?? [] };
    // Throws before anything is stored if the pattern is invalid.
    compiled(stored);
    this.#save([...this.#stored.filter((other) => other !== before), stored]);
    return this.find(rule.name, rule.bus);
  }

  delete(name: string, bus: string): void {
    const rule = this.#stored.find((known) => known.name === name && known.bus === bus);
    // Deleting a rule that does not exist succeeds, as on AWS.
    if (!rule) return;
    if (rule.targets.length > 0) throw invalid("Rule can't be deleted since it has targets.");
    this.#save(this.#stored.filter((other) => other !== rule));
  }

  /** Adds targets. A target with a known id replaces the old one. */
  putTargets(name: string, bus: string, targets: readonly JsonObject[]): void {
    this.#change(name, bus, (existing) => {
      const ids = new Set(targets.map(({ Id }) => Id));
      const all = [...existing.filter(({ Id }) => !ids.has(Id)), ...targets];
      if (all.length > MAX_TARGETS) {
        throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      }
      return all;
    });
  }

  removeTargets(name: string, bus: string, ids: readonly string[]): void {
    this.#change(name, bus, (existing) => existing.filter(({ Id }) => !ids.includes(String(Id))));
  }

  #change(name: string, bus: string, change: (targets: readonly JsonObject[]) => readonly JsonObject[]): void {
    this.find(name, bus);
    const rule = this.#stored.find((known) => known.name === name && known.bus === bus);
    if (!rule) throw ofTemplate(name);
    this.#save(this.#stored.map((other) => (other === rule ? { ...rule, targets: change(rule.targets) } : other)));
  }

  #save(stored: StoredRule[]): void {
    replaceFile(this.#file, JSON.stringify(stored));
    this.#stored = stored;
    this.#rules = [...this.#fixed, ...stored.map(compiled)];
  }
}

const areRules = (value: unknown): value is StoredRule[] =>
  Array.isArray(value) && value.every((rule) => isObject(rule) && Array.isArray(rule.targets));

function compiled({ name, bus, pattern, enabled, targets }: StoredRule): Rule {
  try {
    return {
      name,
      arn: `arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:rule/${bus === DEFAULT_BUS ? '' : `${bus}/`}${name}`,
      bus,
      pattern,
      matches: compilePattern(pattern),
      enabled,
      origin: 'aws.events',
      targets: targets.map((target) => ({ id: String(target.Id), arn: String(target.Arn), settings: target })),
    };
  } catch (error) {
    if (error instanceof PatternError) throw new AwsError(error.name, error.message);
    throw error;
  }
}

const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);
const invalid = (message: string) => new AwsError('ValidationException', message);
const ofTemplate = (name: string) => invalid(`Rule ${name} belongs to the template and can only be changed there.`);
