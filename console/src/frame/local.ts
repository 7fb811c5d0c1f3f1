/** What the local stack writes into the page; missing where the page is served by AWS. */
export interface PregonLocal {
  readonly apiKey: string;
  /** Path of the AWS endpoint on the page's own origin. */
  readonly aws: string;
}

declare global {
  var PREGON_LOCAL: PregonLocal | undefined;
}

export const local: PregonLocal | undefined = globalThis.PREGON_LOCAL;
