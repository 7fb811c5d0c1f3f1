/** The part of markdown-it that `markdown.ts` uses. The package has no types. */
declare module 'markdown-it' {
  interface Token {
    readonly type: string;
    readonly content: string;
    readonly children: Token[] | null;
    tag: string;
    attrs: [string, string][] | null;
    attrSet(name: string, value: string): void;
    attrGet(name: string): string | null;
  }
  interface Renderer {
    readonly rules: Record<
      string,
      (tokens: Token[], index: number, options: object, env: unknown, self: Renderer) => string
    >;
    renderToken(tokens: Token[], index: number, options: object): string;
  }
  export default class MarkdownIt {
    readonly renderer: Renderer;
    readonly core: { readonly ruler: { push(name: string, rule: (state: { tokens: Token[] }) => void): void } };
    render(markdown: string): string;
  }
}
