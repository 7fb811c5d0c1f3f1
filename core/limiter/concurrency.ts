/**
 * How many rows a campaign keeps on their way at once: what is sent in five seconds. Enough to keep the workers full while
 * finished rows make room, few enough that a row waits seconds in the queue and not hours. 1,000 is what the Map Run starts
 * with at most; ten keep a slow rate from starving on round trips.
 */
export const concurrencyFor = (perSecond: number): number => Math.min(1_000, Math.max(10, Math.ceil(perSecond * 5)));
