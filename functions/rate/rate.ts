import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseJsonBody } from '../../api/parse.ts';
import { type RateAnswer, rateBodySchema } from '../../api/rate-schema.ts';
import { PregonError } from '../../core/errors.ts';
import { concurrencyFor } from '../../core/limiter/concurrency.ts';
import { configureRate, freshLimiter, type RateOf, usedPerSecond } from '../../core/limiter/rate.ts';
import type { LimiterItem } from '../../core/limiter/state.ts';
import { bodyText, jsonAnswer } from '../common/http.ts';

export interface RateDeps {
  rates: { ses: RateOf; dryRun: RateOf };
  setConcurrency(maxConcurrency: number): Promise<void>;
}

type Event = Pick<APIGatewayProxyEventV2, 'routeKey' | 'body' | 'isBase64Encoded'>;

/** GET and PUT /rate. */
export function createRate({ rates, setConcurrency }: RateDeps) {
  const { clock } = rates.ses.table;

  async function set(perSecond: number | null): Promise<LimiterItem> {
    const wanted = perSecond ?? 0;
    // Asked freshly: what SES allows may have been raised a moment ago.
    const { allowed } = await freshLimiter(rates.ses, 0);
    if (allowed > 0 && wanted > allowed) {
      throw new PregonError('BadRequest', `perSecond: SES allows this account ${allowed} emails per second.`, {
        allowed,
      });
    }
    const [state] = await Promise.all([configureRate(rates.ses, wanted), configureRate(rates.dryRun, wanted)]);
    await setConcurrency(concurrencyFor(state.perSecond));
    return state;
  }

  function show(state: LimiterItem): RateAnswer {
    const { deployed, configured } = state;
    return {
      perSecond: state.perSecond,
      source: configured > 0 ? 'operator' : deployed > 0 ? 'deployment' : 'ses',
      allowedPerSecond: state.allowed || null,
      usedPerSecond: usedPerSecond(state, clock.now()),
    };
  }

  return async (event: Event): Promise<APIGatewayProxyStructuredResultV2> => {
    if (event.routeKey === 'GET /rate') return jsonAnswer(200, show(await freshLimiter(rates.ses)));
    if (event.routeKey === 'PUT /rate') {
      const { perSecond } = parseJsonBody(rateBodySchema, bodyText(event));
      return jsonAnswer(200, show(await set(perSecond)));
    }
    throw new PregonError('NotFound', `There is no route ${event.routeKey}.`);
  };
}
