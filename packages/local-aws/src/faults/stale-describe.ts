import type { AwsResponse, Step } from '../gateway/types.ts';
import type { Faults } from './faults.ts';

const MOST_REMEMBERED = 10_000;

/** DescribeExecution is eventually consistent: while `staleMs` is set, an older answer may be given once more. */
export function staleDescribe(faults: Faults, now: () => number): Step {
  const answers = new Map<string, { at: number; response: AwsResponse }>();
  return async (request, next) => {
    const { staleMs } = faults.current.services.states;
    if (staleMs === 0 || request.service !== 'states' || request.operation !== 'DescribeExecution')
      return next(request);
    const key = request.body.toString();
    const known = answers.get(key);
    if (known && now() - known.at < staleMs) return known.response;
    const response = await next(request);
    if (answers.size >= MOST_REMEMBERED) answers.clear();
    answers.set(key, { at: now(), response });
    return response;
  };
}
