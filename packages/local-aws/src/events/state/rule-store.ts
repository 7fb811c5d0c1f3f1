import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../gateway/errors.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { Json, JsonObject } from '../../json.ts';
import { replaceFile } from '../../storage/durable-file.ts';
import { DEFAULT_BUS, type Rule } from '../definitions.ts';
import { compilePattern } from '../matching/pattern.ts';
import { PatternError } from '../matching/value-matchers.ts';

/** A rule that a client made, as it is kept. */
export interface ClientRule {
  readonly name: string;
  readonly bus: string;
  readonly pattern: Json;
  readonly enabled: boolean;
}

interface KeptRule extends ClientRule {
  readonly targets: readonly JsonObject[];
}

export interface RuleStoreOptions {
  /** The template's own. */
  readonly rules: readonly Rule[];
  readonly buses: readonly string[];
  readonly folder: string;
}

/** EventBridge's own limit. */
const MAX_TARGETS = 5;

/** The rules in force: those of the template, which only the template changes, and those of clients, which survive a kill. */
export class RuleStore {
  readonly buses: readonly string[];
  readonly #fixed: readonly Rule[];
  readonly #file: string;
  #kept: KeptRule[];
  #rules: readonly Rule[] = [];

  constructor({ rules, buses, folder }: RuleStoreOptions) {
    this.buses = buses;
    this.#fixed = rules;
    this.#file = join(folder, 'rules.json');
    this.#kept = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as KeptRule[]) : [];
    this.#rules = [...rules, ...this.#kept.map(compiled)];
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

  /** Makes a rule, or changes its pattern and state; its targets stay. */
  put(rule: ClientRule): Rule {
    if (!this.buses.includes(rule.bus)) throw notFound(`Event bus ${rule.bus} does not exist.`);
    if (this.#fixed.some(({ name, bus }) => name === rule.name && bus === rule.bus)) throw ofTemplate(rule.name);
    const before = this.#kept.find(({ name, bus }) => name === rule.name && bus === rule.bus);
    const kept = { ...rule, targets: before?.targets ?? [] };
    // Refused here, before anything is kept.
    compiled(kept);
    this.#keep([...this.#kept.filter((other) => other !== before), kept]);
    return this.find(rule.name, rule.bus);
  }

  delete(name: string, bus: string): void {
    const rule = this.#kept.find((known) => known.name === name && known.bus === bus);
    // Deleting what is not there succeeds, as on AWS.
    if (!rule) return;
    if (rule.targets.length > 0) throw invalid("Rule can't be deleted since it has targets.");
    this.#keep(this.#kept.filter((other) => other !== rule));
  }

  /** Adds targets, those with a known id in place of it. */
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
    const rule = this.#kept.find((known) => known.name === name && known.bus === bus);
    if (!rule) throw ofTemplate(name);
    this.#keep(this.#kept.map((other) => (other === rule ? { ...rule, targets: change(rule.targets) } : other)));
  }

  #keep(kept: KeptRule[]): void {
    replaceFile(this.#file, JSON.stringify(kept));
    this.#kept = kept;
    this.#rules = [...this.#fixed, ...kept.map(compiled)];
  }
}

function compiled({ name, bus, pattern, enabled, targets }: KeptRule): Rule {
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
const ofTemplate = (name: string) => invalid(`Rule ${name} is of the template, and is changed there.`);
