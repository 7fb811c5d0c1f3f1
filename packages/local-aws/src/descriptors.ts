import { readdirSync } from 'node:fs';

/** Linux and macOS list a process's open descriptors here. */
const OPEN = '/dev/fd';
/** With a limit of this or more, local AWS does not come near it. */
const PLENTY = 4096;

/** How many more files and connections this process may open. */
export interface Descriptors {
  /** Whether the limit is so low that it must be watched. */
  readonly scarce: boolean;
  free(): number;
}

/** For a process without a limit that matters. */
export const UNLIMITED: Descriptors = { scarce: false, free: () => Number.POSITIVE_INFINITY };

/** The file descriptors of this process. Counted only where the limit (`ulimit -n`) is low, because counting takes a system call. */
export function processDescriptors(limit = openFilesLimit()): Descriptors {
  if (limit >= PLENTY) return UNLIMITED;
  return {
    scarce: true,
    free() {
      try {
        return limit - readdirSync(OPEN).length;
      } catch {
        // The list itself needs a descriptor.
        return 0;
      }
    },
  };
}

function openFilesLimit(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  // It is "unlimited", or missing on Windows.
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
