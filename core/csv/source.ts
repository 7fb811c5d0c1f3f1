/** A file that can be read more than once, from its first byte each time: a buffer now, an S3 object of 1 GB alike. */
export interface CsvSource {
  open(): AsyncIterable<Uint8Array>;
  /** The object that has these bytes already, in the campaigns' bucket. */
  readonly stored?: { readonly key: string; readonly etag: string };
}

/** A file in memory, handed out in slices so that nothing downstream works on it whole. */
export function bufferSource(bytes: Uint8Array, sliceBytes = 64 * 1024): CsvSource {
  return {
    async *open() {
      for (let start = 0; start < bytes.length; start += sliceBytes) {
        yield bytes.subarray(start, start + sliceBytes);
      }
    },
  };
}
