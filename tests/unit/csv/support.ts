import type { ContentFormat } from '../../../core/campaigns/campaign.ts';
import { inspectCsv } from '../../../core/csv/inspect.ts';
import { type CsvSummary, type ReadOptions, readCsv } from '../../../core/csv/read.ts';
import type { ValidRow } from '../../../core/csv/row.ts';
import { bufferSource } from '../../../core/csv/source.ts';
import type { Templates } from '../../../core/csv/template.ts';

export interface Reading extends CsvSummary {
  rows: ValidRow[];
}

/** Reads a whole file, in slices of `sliceBytes`, and keeps what comes out. */
export async function readAll(
  file: string | Uint8Array,
  {
    format = 'text',
    maxRows = 1000,
    sliceBytes = 64 * 1024,
    encoding,
    suppressed,
    templates,
  }: {
    format?: ContentFormat;
    maxRows?: number;
    sliceBytes?: number;
    encoding?: string;
    suppressed?: ReadOptions['suppressed'];
    templates?: Templates;
  } = {},
): Promise<Reading> {
  const source = bufferSource(typeof file === 'string' ? Buffer.from(file) : file, sliceBytes);
  const rows: ValidRow[] = [];
  const summary = await readCsv(
    source,
    await inspectCsv(source, { encoding }),
    { format, maxRows, templates, ...(suppressed && { suppressed }) },
    {
      onRow: (row) => {
        rows.push(row);
      },
      onSkip: () => undefined,
    },
  );
  return { ...summary, rows };
}

/** One quoted cell as RFC 4180 writes it. */
export const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

/** UTF-16 with its mark. */
export function utf16(text: string, order: 'le' | 'be'): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}
