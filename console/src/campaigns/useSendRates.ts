import { useEffect, useRef, useState } from 'react';
import type { Campaign } from '../api/campaigns.ts';
import { addSample, rateOf, type Sample } from '../map-runs/rate.ts';
import { isMoving } from './standing.ts';

/** Rows that end per second, by batchId, of the campaigns that are running; measured between the answers of the API. */
export function useSendRates(campaigns: readonly Campaign[] | undefined): ReadonlyMap<string, number> {
  const samples = useRef(new Map<string, readonly Sample[]>());
  const [rates, setRates] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    if (campaigns === undefined) return;
    const at = Date.now();
    samples.current = new Map(
      campaigns.filter(isMoving).map(({ batchId, counts }) => {
        const known = samples.current.get(batchId) ?? [];
        return [batchId, addSample(known, { at, done: counts.SENT + counts.ERROR })];
      }),
    );
    setRates(
      new Map(
        [...samples.current].flatMap(([batchId, all]) => {
          const rate = rateOf(all);
          return rate === undefined ? [] : [[batchId, rate] as const];
        }),
      ),
    );
  }, [campaigns]);
  return rates;
}
