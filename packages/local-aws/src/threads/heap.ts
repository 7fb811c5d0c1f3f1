/**
 * The most memory in MB for the young objects of a thread's heap. V8 takes up to 192 MB, which a busy thread keeps: with ten such threads that
 * is most of the memory of the process. It makes no difference to the processor time.
 */
export const YOUNG_GENERATION_MB = 48;
