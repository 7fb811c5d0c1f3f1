/** Does the work for every item, at most `concurrency` at a time. Rejects with the first failure, when what had begun is over. */
export async function forEachConcurrently<T>(
  concurrency: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const failures: unknown[] = [];
  const lanes = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    for (const item of left) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  });
  await Promise.all(lanes);
  if (failures.length > 0) throw failures[0];
}
