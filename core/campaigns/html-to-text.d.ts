/** The package brings no types. https://www.npmjs.com/package/html-to-text */
declare module 'html-to-text' {
  export function convert(html: string, options?: { wordwrap?: number | false }): string;
}
