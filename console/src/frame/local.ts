/** Settings that the local stack writes into the page. Undefined on a deployed stack. */
export interface PregonLocal {
  readonly apiKey: string;
  /** Path of the AWS endpoint on the page's origin. */
  readonly aws: string;
}

declare global {
  var PREGON_LOCAL: PregonLocal | undefined;
}

export const local: PregonLocal | undefined = globalThis.PREGON_LOCAL;
