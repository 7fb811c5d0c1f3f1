/** The batch and the row of a send id, `<batchId>-<rowNumber>`. Undefined for every other text. */
export function parseSendId(sendId: string): { readonly batchId: string; readonly row: number } | undefined {
  const [, batchId, row] = /^(.+)-(\d{1,9})$/.exec(sendId) ?? [];
  return batchId === undefined ? undefined : { batchId, row: Number(row) };
}
