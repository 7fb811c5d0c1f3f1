import { parseJsonBody } from '../../api/parse.ts';
import { type RateAnswer, rateBodySchema } from '../../api/rate.ts';
import type { SesAccount } from '../../core/delivery/providers/ses.ts';
import { PregonError } from '../../core/errors.ts';
import { configureRate, freshLimiter, type RateOf, usedPerSecond } from '../../core/limiter/rate.ts';
import type { LimiterItem } from '../../core/limiter/state.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { bodyText, type HttpRoutes, jsonAnswer } from '../common/http.ts';

export interface RateDeps {
  rates: { ses: RateOf; dryRun: RateOf };
  /** What SES lets the account do. */
  account(): Promise<SesAccount>;
  stage: string;
  telemetry: Pick<Telemetry, 'warn'>;
  /** Sets the concurrency of running Map Runs for the rate as it is now. */
  shareRate(): Promise<void>;
}

/** UpdateMapRun has a quota of one call a second. A request has 30 s. */
const SHARE_MS = 10_000;

/** The account's rate, for all campaigns together. */
export function rateRoutes({ rates, account, stage, telemetry, shareRate }: RateDeps): HttpRoutes {
  async function quota(): Promise<Pick<RateAnswer, 'max24HourSend' | 'sentLast24Hours' | 'sendingEnabled'>> {
    try {
      const { max24HourSend, sentLast24Hours, sendingEnabled } = await account();
      return { max24HourSend, sentLast24Hours, sendingEnabled };
    } catch (error) {
      telemetry.warn('SES did not return its quota, so the rate is shown without it', { error });
      return { max24HourSend: null, sentLast24Hours: null, sendingEnabled: null };
    }
  }

  const show = async (state: LimiterItem) => {
    const { deployed, configured } = state;
    const rate: RateAnswer = {
      perSecond: state.perSecond,
      source: configured > 0 ? 'operator' : deployed > 0 ? 'deployment' : 'ses',
      allowed: state.allowed || null,
      usedPerSecond: usedPerSecond(state, rates.ses.table.clock.now()),
      ...(await quota()),
      stage,
    };
    return jsonAnswer(200, rate);
  };

  /** The rate is in force by now. What takes longer than a request may is left to the sweep, which does it within a minute. */
  async function shareInTime(): Promise<void> {
    const done = new AbortController();
    const timeUp = async () => {
      await rates.ses.table.clock.sleep(SHARE_MS, done.signal);
      telemetry.warn('Not all running campaigns have their share of the rate yet; the sweep sets it');
    };
    try {
      await Promise.race([shareRate(), timeUp()]);
    } finally {
      done.abort();
    }
  }

  return {
    'GET /rate': async () => show(await freshLimiter(rates.ses)),

    async 'PUT /rate'(event) {
      const wanted = parseJsonBody(rateBodySchema, bodyText(event)).perSecond ?? 0;
      // Not what the limiter knows: the limit of SES may have been raised a moment ago.
      const { allowed } = await freshLimiter(rates.ses, 0);
      if (allowed > 0 && wanted > allowed) {
        const detail = `perSecond: SES allows this account ${allowed} emails per second.`;
        throw new PregonError('BadRequest', detail, { allowed });
      }
      const [state] = await Promise.all([configureRate(rates.ses, wanted), configureRate(rates.dryRun, wanted)]);
      await shareInTime();
      return show(state);
    },
  };
}
