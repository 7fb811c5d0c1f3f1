/** The package brings no types. https://github.com/html-to-text/node-html-to-text/blob/master/packages/html-to-text/README.md */
declare module 'html-to-text' {
  export interface HtmlElement {
    readonly type: string;
    /** Of a text. */
    readonly data?: string;
    readonly attribs: Readonly<Record<string, string>>;
    readonly children: readonly HtmlElement[];
    readonly parent: HtmlElement | null;
  }
  export interface TextBuilder {
    openBlock(options: { leadingLineBreaks: number }): void;
    closeBlock(options: { trailingLineBreaks: number }): void;
    addInline(text: string, options?: { noWordTransform?: boolean }): void;
    addLiteral(text: string): void;
  }
  export type FormatCallback = (
    element: HtmlElement,
    walk: (children: readonly HtmlElement[], builder: TextBuilder) => void,
    builder: TextBuilder,
  ) => void;
  export interface ConvertOptions {
    wordwrap?: number | false;
    limits?: { maxDepth?: number; ellipsis?: string };
    formatters?: Readonly<Record<string, FormatCallback>>;
    selectors?: readonly { selector: string; format?: string; options?: Readonly<Record<string, unknown>> }[];
  }
  export function convert(html: string, options?: ConvertOptions): string;
}
