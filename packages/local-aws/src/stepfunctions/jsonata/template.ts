import { isObject, type Json } from '../../json.ts';
import { Payload } from '../payload.ts';
import {
  type Bindings,
  type CompiledExpression,
  compileExpression,
  evaluateField,
  expressionSource,
} from './expression.ts';

/** A JSON value in a definition that may contain expressions. */
export interface Template {
  /** The value, if it contains no expression. */
  readonly constant: Payload | undefined;
  /** The field as the definition has it, for messages and sizes. */
  readonly raw: Json;
  readonly field: string;
  /** @throws EvaluationError */
  evaluate(bindings: Bindings): Promise<Json>;
}

type Node =
  | { kind: 'constant'; value: Json }
  | { kind: 'expression'; expression: CompiledExpression; field: string }
  | { kind: 'array'; items: Node[] }
  | { kind: 'object'; entries: (readonly [string, Node])[] };

/** Compiles the expressions of a definition. Reports syntax errors, with their field, to `onError`. */
export class TemplateCompiler {
  readonly #random: () => number;
  readonly #onError: (field: string, message: string) => void;

  constructor(random: () => number, onError: (field: string, message: string) => void) {
    this.#random = random;
    this.#onError = onError;
  }

  compile(raw: Json, field: string): Template {
    const node = this.#node(raw, field);
    const constant = node.kind === 'constant' ? Payload.of(node.value) : undefined;
    return { constant, raw, field, evaluate: (bindings) => evaluateNode(node, bindings) };
  }

  /** A value of a JSONPath state, which contains no expressions. */
  literal(raw: Json, field: string): Template {
    return { constant: Payload.of(raw), raw, field, evaluate: async () => raw };
  }

  #node(raw: Json, field: string): Node {
    if (typeof raw === 'string') return this.#string(raw, field);
    if (Array.isArray(raw)) {
      const items = raw.map((item, i) => this.#node(item, `${field}[${i}]`));
      return items.every((item) => item.kind === 'constant')
        ? { kind: 'constant', value: raw }
        : { kind: 'array', items };
    }
    if (isObject(raw)) {
      const entries = Object.entries(raw).map(([key, value]) => [key, this.#node(value, `${field}/${key}`)] as const);
      const isConstant = entries.every(([, node]) => node.kind === 'constant');
      return isConstant ? { kind: 'constant', value: raw } : { kind: 'object', entries };
    }
    return { kind: 'constant', value: raw };
  }

  #string(raw: string, field: string): Node {
    const source = expressionSource(raw);
    if (source === undefined) return { kind: 'constant', value: raw };
    try {
      return { kind: 'expression', expression: compileExpression(source, this.#random), field };
    } catch (error) {
      const { message } = error as { message?: string };
      this.#onError(field, `The JSONata expression '${source}' is not valid: ${message ?? error}`);
      return { kind: 'constant', value: raw };
    }
  }
}

async function evaluateNode(node: Node, bindings: Bindings): Promise<Json> {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'expression':
      return evaluateField(node.expression, bindings, node.field);
    case 'array': {
      const values: Json[] = [];
      for (const item of node.items) values.push(await evaluateNode(item, bindings));
      return values;
    }
    case 'object': {
      const value: { [key: string]: Json } = {};
      for (const [key, child] of node.entries) value[key] = await evaluateNode(child, bindings);
      return value;
    }
  }
}
