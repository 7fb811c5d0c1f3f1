import type { AwsResponse, Step } from '../gateway/types.ts';
import type { Faults } from './faults.ts';

const MAX_RESPONSES = 10_000;

/** Simulates that DescribeExecution is eventually consistent: while `staleMs` is set, an older response may be returned again. */
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
    if (answers.size >= MAX_RESPONSES) answers.clear();
    answers.set(key, { at: now(), response });
    return response;
  };
}
