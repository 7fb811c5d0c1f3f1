/** A value as a statement writes it: a parameter by its position, a scalar as DynamoDB's JSON, or a collection of values. */
export type Value =
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'scalar'; readonly value: Record<string, unknown> }
  | { readonly kind: 'list' | 'set'; readonly members: readonly Value[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Value])[] };

/** Names of attributes and positions in lists, from the item inwards. */
export type Path = readonly (string | number)[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Operand[] }
  | { readonly kind: 'sum'; readonly operator: '+' | '-'; readonly left: Operand; readonly right: Operand };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly members: readonly Operand[] }
  | { readonly kind: 'is'; readonly path: Path; readonly type: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Operand[] };

export interface Returning {
  readonly which: 'ALL' | 'MODIFIED';
  readonly when: 'OLD' | 'NEW';
}

export type Statement =
  | { readonly kind: 'INSERT'; readonly table: string; readonly item: Value }
  | {
      readonly kind: 'UPDATE';
      readonly table: string;
      readonly set: readonly { readonly path: Path; readonly operand: Operand }[];
      readonly remove: readonly Path[];
      readonly where: Condition;
      readonly returning?: Returning;
    }
  | { readonly kind: 'DELETE'; readonly table: string; readonly where: Condition; readonly returning?: Returning }
  | { readonly kind: 'SELECT'; readonly table: string; readonly paths: readonly Path[]; readonly where: Condition };

/** A statement that DynamoDB refuses, with DynamoDB's words. */
export class StatementError extends Error {}

interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
}

const NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: ";
const SPACE = /(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const TOKEN =
  /([A-Za-z_$][\w$]*)|"((?:[^"]|"")+)"|'((?:[^']|'')*)'|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(<<|>>|<>|<=|>=|!=|[-+=<>()[\]{},.:*?])/y;
const FUNCTIONS = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);
const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);

/**
 * Parses an INSERT, UPDATE, DELETE or SELECT of PartiQL as DynamoDB has it. Throws `StatementError`. Grammar and messages:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html, and the answers of AWS that are recorded in
 * https://github.com/paritysuite/dynamodb-conformance (tests/tier2/partiql, tests/tier3/error-messages).
 */
export function parseStatement(text: string): { readonly statement: Statement; readonly parameters: number } {
  const parser = new Parser(tokensOf(text));
  return { statement: parser.statement(), parameters: parser.parameters };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) at = SPACE.lastIndex;
    if (at === text.length) break;
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) throw new StatementError(NOT_WELL_FORMED);
    at = TOKEN.lastIndex;
    const [, word, name, string, number, symbol] = found;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('""', '"') });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'symbol', text: symbol as string });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

class Parser {
  private at = 0;
  /** How many parameters the statement takes. */
  parameters = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  statement(): Statement {
    const statement = this.takesWord('INSERT')
      ? this.insert()
      : this.takesWord('UPDATE')
        ? this.update()
        : this.takesWord('DELETE')
          ? this.delete()
          : this.takesWord('SELECT')
            ? this.select()
            : this.fail('Expected statement');
    if (this.token.kind !== 'end') this.fail('Unexpected token after expression');
    return statement;
  }

  private insert(): Statement {
    this.word('INTO');
    const table = this.name();
    if (!this.isWord('VALUE')) this.fail('Unexpected token after expression');
    this.word('VALUE');
    return { kind: 'INSERT', table, item: this.value() };
  }

  private update(): Statement {
    const table = this.table('SET', 'REMOVE');
    const set: { path: Path; operand: Operand }[] = [];
    const remove: Path[] = [];
    for (;;) {
      if (this.takesWord('SET')) {
        do {
          const path = this.path();
          this.symbol('=');
          set.push({ path, operand: this.sum() });
        } while (this.takesSymbol(','));
      } else if (this.takesWord('REMOVE')) {
        do remove.push(this.path());
        while (this.takesSymbol(','));
      } else break;
    }
    if (set.length + remove.length === 0) this.fail('Expected SET or REMOVE');
    return { kind: 'UPDATE', table, set, remove, where: this.where(), ...this.returning() };
  }

  private delete(): Statement {
    this.word('FROM');
    const table = this.table('WHERE');
    return { kind: 'DELETE', table, where: this.where(), ...this.returning() };
  }

  private select(): Statement {
    const paths: Path[] = [];
    if (!this.takesSymbol('*')) {
      do paths.push(this.path());
      while (this.takesSymbol(','));
    }
    this.word('FROM');
    const table = this.table('WHERE');
    return { kind: 'SELECT', table, paths, where: this.where() };
  }

  /** The name of a table. Only one of `next` may follow: anything else would be an alias, which DynamoDB refuses. */
  private table(...next: string[]): string {
    const name = this.name();
    if (
      this.isWord('AS') ||
      ((this.token.kind === 'word' || this.token.kind === 'name') && !next.some((word) => this.isWord(word)))
    ) {
      if (this.isWord('ORDER')) this.fail('Unexpected token after expression');
      throw new StatementError('Aliasing is not supported');
    }
    return name;
  }

  private where(): Condition {
    this.word('WHERE');
    return this.or();
  }

  private returning(): { returning?: Returning } {
    if (!this.takesWord('RETURNING')) return {};
    const which = this.takesWord('ALL') ? 'ALL' : 'MODIFIED';
    if (which === 'MODIFIED') this.word('MODIFIED');
    const when = this.takesWord('OLD') ? 'OLD' : 'NEW';
    if (when === 'NEW') this.word('NEW');
    this.symbol('*');
    return { returning: { which, when } };
  }

  private or(): Condition {
    let left = this.and();
    while (this.takesWord('OR')) left = { kind: 'or', left, right: this.and() };
    return left;
  }

  private and(): Condition {
    let left = this.not();
    while (this.takesWord('AND')) left = { kind: 'and', left, right: this.not() };
    return left;
  }

  private not(): Condition {
    return this.takesWord('NOT') ? { kind: 'not', condition: this.not() } : this.predicate();
  }

  private predicate(): Condition {
    if (this.takesSymbol('(')) {
      const inner = this.or();
      this.symbol(')');
      return inner;
    }
    const left = this.sum();
    const { kind, text } = this.token;
    if (kind === 'symbol' && COMPARISONS.has(text)) {
      this.at++;
      return { kind: 'compare', operator: text === '!=' ? '<>' : text, left, right: this.sum() };
    }
    if (this.takesWord('IS')) {
      const negated = this.takesWord('NOT');
      if (left.kind !== 'path') this.fail('Expected path before IS');
      const is: Condition = { kind: 'is', path: left.path, type: this.next('word').toUpperCase() };
      return negated ? { kind: 'not', condition: is } : is;
    }
    const negated = this.takesWord('NOT');
    const condition = this.range(left);
    return negated ? { kind: 'not', condition } : condition;
  }

  private range(operand: Operand): Condition {
    if (this.takesWord('BETWEEN')) {
      const low = this.sum();
      this.word('AND');
      return { kind: 'between', operand, low, high: this.sum() };
    }
    if (this.takesWord('IN')) {
      const close = this.takesSymbol('(') ? ')' : ']';
      if (close === ']') this.symbol('[');
      const members: Operand[] = [];
      do members.push(this.sum());
      while (this.takesSymbol(','));
      this.symbol(close);
      return { kind: 'in', operand, members };
    }
    if (operand.kind === 'call') return operand;
    return this.fail('Expected condition');
  }

  private sum(): Operand {
    let left = this.operand();
    for (;;) {
      const operator = this.takesSymbol('+') ? '+' : this.takesSymbol('-') ? '-' : undefined;
      if (!operator) return left;
      left = { kind: 'sum', operator, left, right: this.operand() };
    }
  }

  private operand(): Operand {
    const { kind, text } = this.token;
    const isLiteral = /^(true|false|null)$/i.test(text);
    if (kind === 'name' || (kind === 'word' && !isLiteral)) {
      if (kind === 'word' && this.tokens[this.at + 1]?.text === '(' && this.tokens[this.at + 1]?.kind === 'symbol')
        return this.call();
      return { kind: 'path', path: this.path() };
    }
    return { kind: 'value', value: this.value() };
  }

  private call(): Operand {
    const name = this.next('word').toLowerCase();
    const known = FUNCTIONS.has(name) || ['list_append', 'set_add', 'set_delete'].includes(name);
    if (!known) throw new StatementError(`Unrecognized function: ${name}`);
    this.symbol('(');
    const args: Operand[] = [];
    if (!this.isSymbol(')')) {
      do args.push(this.sum());
      while (this.takesSymbol(','));
    }
    this.symbol(')');
    return { kind: 'call', name, args };
  }

  private path(): Path {
    const path: (string | number)[] = [this.name()];
    for (;;) {
      if (this.takesSymbol('.')) path.push(this.name());
      else if (this.takesSymbol('[')) {
        path.push(this.token.kind === 'string' ? this.next('string') : Number(this.next('number')));
        this.symbol(']');
      } else return path;
    }
  }

  private value(): Value {
    const { kind, text } = this.token;
    if (kind === 'string') return this.scalar({ S: text });
    if (kind === 'number') return this.scalar({ N: text });
    if (kind === 'word') {
      const lower = text.toLowerCase();
      if (lower === 'true' || lower === 'false') return this.scalar({ BOOL: lower === 'true' });
      if (lower === 'null') return this.scalar({ NULL: true });
    }
    if (this.takesSymbol('?')) return { kind: 'parameter', index: this.parameters++ };
    if (this.takesSymbol('-')) return { kind: 'scalar', value: { N: `-${this.next('number')}` } };
    if (this.takesSymbol('[')) return { kind: 'list', members: this.members(']', () => this.value()) };
    if (this.takesSymbol('<<')) {
      const members = this.members('>>', () => this.value());
      if (members.length === 0) throw new StatementError('Empty bags are not supported');
      return { kind: 'set', members };
    }
    if (this.takesSymbol('{')) {
      const entry = () => {
        const name = this.next('string');
        this.symbol(':');
        return [name, this.value()] as const;
      };
      return { kind: 'map', entries: this.members('}', entry) };
    }
    return this.fail('Expected expression');
  }

  private members<T>(close: string, member: () => T): T[] {
    const members: T[] = [];
    if (this.takesSymbol(close)) return members;
    do members.push(member());
    while (this.takesSymbol(','));
    this.symbol(close);
    return members;
  }

  private scalar(value: Record<string, unknown>): Value {
    this.at++;
    return { kind: 'scalar', value };
  }

  private name(): string {
    const { kind, text } = this.token;
    if (kind !== 'word' && kind !== 'name') this.fail('Expected identifier');
    this.at++;
    return text;
  }

  private get token(): Token {
    return this.tokens[this.at] as Token;
  }

  private isWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.text.toUpperCase() === word;
  }

  private isSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  private takesWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at++;
    return true;
  }

  private takesSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.at++;
    return true;
  }

  private word(word: string): void {
    if (!this.takesWord(word)) this.fail(`Expected ${word}`);
  }

  private symbol(symbol: string): void {
    if (!this.takesSymbol(symbol)) this.fail(`Expected ${symbol}`);
  }

  private next(kind: Token['kind']): string {
    const { token } = this;
    if (token.kind !== kind) this.fail(`Expected ${kind}`);
    this.at++;
    return token.text;
  }

  private fail(detail: string): never {
    throw new StatementError(`${NOT_WELL_FORMED}${detail}`);
  }
}
