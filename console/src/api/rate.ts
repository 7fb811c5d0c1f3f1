import { askProduct, sendProduct } from './product.ts';

/** The rate of the account, for all campaigns together. */
export interface Rate {
  /** Emails per second at most. */
  readonly perSecond: number;
  /** The limit of SES. Null while it is unknown. */
  readonly allowed?: number | null;
  readonly usedPerSecond: number;
  /** -1 or null: no limit. */
  readonly max24HourSend?: number | null;
  readonly sentLast24Hours?: number | null;
  readonly sendingEnabled?: boolean | null;
  readonly stage?: string;
}

export async function getRate(signal: AbortSignal): Promise<Rate> {
  return (await (await askProduct('/rate', { signal })).json()) as Rate;
}

/** Null returns to the rate of the deployment. */
export const setRate = (perSecond: number | null): Promise<Rate> => sendProduct('PUT', '/rate', { perSecond });
