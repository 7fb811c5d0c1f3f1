import { askProduct, sendProduct } from './product.ts';

export const SUPPRESSION_REASONS = ['unsubscribed', 'manual', 'bounced', 'complained'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** An address that gets no campaign mail. */
export interface Suppression {
  /** Absent in the list where it was erased. */
  readonly address?: string;
  readonly reason: SuppressionReason;
  /** ISO 8601. */
  readonly since: string;
  /** The email that led to it. */
  readonly sendId?: string;
  /** When the address was erased; ISO 8601. */
  readonly erasedAt?: string;
}

export interface SuppressionPage {
  readonly suppressions: readonly Suppression[];
  readonly next?: string;
}

/** What an import did. */
export interface ImportedSuppressions {
  readonly added: number;
  readonly unchanged: number;
  readonly skipped: number;
  /** The first 100. */
  readonly skippedRows: readonly { readonly row: number; readonly email: string; readonly reason: string }[];
}

const pathOf = (address: string) => `/suppressions/${encodeURIComponent(address)}`;

/** One page of the list, or only the entry of one address. */
export async function listSuppressions(
  { address, size, token }: { readonly address: string; readonly size: number; readonly token?: string | undefined },
  signal: AbortSignal,
): Promise<SuppressionPage> {
  const query = new URLSearchParams(
    address === '' ? { limit: String(size), ...(token !== undefined && { after: token }) } : { address },
  );
  return (await (await askProduct(`/suppressions?${query}`, { signal })).json()) as SuppressionPage;
}

/** Adds an address. The answer has the reason that it has now: a stronger one that was there stays. */
export const suppress = (address: string, reason: SuppressionReason): Promise<Suppression> =>
  sendProduct('PUT', pathOf(address), { reason });

export async function unsuppress(address: string): Promise<void> {
  await askProduct(pathOf(address), { method: 'DELETE' });
}

/** Adds the addresses of a CSV. */
export async function importSuppressions(file: Blob): Promise<ImportedSuppressions> {
  // A browser takes the type of a file from the system, which may call a CSV a spreadsheet.
  const body = new Blob([file], { type: 'text/csv' });
  return (await (await askProduct('/suppressions', { method: 'POST', body })).json()) as ImportedSuppressions;
}

/** The whole list as one CSV. The API answers it in parts, each with a header line. */
export async function exportSuppressions(): Promise<Blob> {
  const parts: string[] = [];
  for (let path: string | undefined = '/suppressions.csv'; path !== undefined; ) {
    const response: Response = await askProduct(path);
    const text = await response.text();
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1));
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  // Spreadsheets read UTF-8 only after a byte order mark, which text() has taken away.
  return new Blob(['\uFEFF', ...parts], { type: 'text/csv' });
}
