/** Types of the parts of dynalite that are used here; the package has none. */
declare module 'dynalite/db/index.js' {
  const db: {
    createKey(
      item: import('./state/dynalite-store.ts').Attributes,
      table: import('./state/dynalite-store.ts').TableRecord,
    ): string;
    updateIndexes(
      store: import('./state/dynalite-store.ts').DynaliteStore,
      table: import('./state/dynalite-store.ts').TableRecord,
      existing: import('./state/dynalite-store.ts').Attributes | undefined,
      item: import('./state/dynalite-store.ts').Attributes | null | undefined,
      done: (error?: unknown) => void,
    ): void;
    itemSize(item: import('./state/dynalite-store.ts').Attributes): number;
    hashPrefix(hash: string, hashType: string, range?: string, rangeType?: string): string;
    toRangeStr(value: string, type: string): string;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    toLowerFirst(text: string): string;
    checkTypes(data: unknown, types: unknown): Record<string, unknown>;
    checkValidations(data: unknown, types: unknown, custom: unknown, store: unknown): void;
  };
  export default validations;
}

declare module 'dynalite/db/conditionParser.js' {
  const parser: import('./operations/expression-cache.ts').Parser;
  export default parser;
}

declare module 'dynalite/db/projectionParser.js' {
  const parser: import('./operations/expression-cache.ts').Parser;
  export default parser;
}

declare module 'dynalite/db/updateParser.js' {
  const parser: import('./operations/expression-cache.ts').Parser;
  export default parser;
}
