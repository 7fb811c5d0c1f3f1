import type { TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import { getRate, type Rate } from '../api/rate.ts';
import { formatCount, formatRate } from '../format/number.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { useApiKey } from './key.ts';

const POLL_MS = 10_000;

/** The account in the header: stage, rate, what is used of the daily quota, and whether SES sends. Nothing until it is known. */
export function useAccount(): TopNavigationProps.Utility[] {
  const key = useApiKey();
  const { data } = useLive(key && `account ${key}`, getRate, POLL_MS);
  return data === undefined ? [] : [accountMenu(data)];
}

function accountMenu(rate: Rate): TopNavigationProps.Utility {
  const { perSecond, usedPerSecond, sendingEnabled, stage } = rate;
  const texts = t.account;
  const quota = quotaOf(rate);
  const isPaused = sendingEnabled === false;
  const parts = [stage, texts.perSecond(formatRate(perSecond)), quota];
  const short = isPaused ? texts.paused : parts.filter((part) => part !== undefined).join(' · ');
  return {
    type: 'menu-dropdown',
    text: short,
    title: texts.title,
    ariaLabel: `${texts.title}: ${short}`,
    iconName: isPaused ? 'status-warning' : 'send',
    items: [
      ...(stage === undefined ? [] : [{ id: 'stage', text: texts.stage(stage) }]),
      { id: 'rate', text: texts.rate(formatRate(perSecond), formatRate(usedPerSecond)) },
      ...(quota === undefined ? [] : [{ id: 'quota', text: texts.quota(quota) }]),
      ...(sendingEnabled == null ? [] : [{ id: 'sending', text: isPaused ? texts.paused : texts.enabled }]),
    ],
  };
}

/** `298 of 50,000`, or `298` without a limit. Undefined while SES has not told it. */
function quotaOf({ max24HourSend, sentLast24Hours }: Rate): string | undefined {
  if (max24HourSend == null || sentLast24Hours == null) return undefined;
  const sent = formatCount(sentLast24Hours);
  return t.account.today(max24HourSend < 0 ? sent : t.campaigns.sentOf(sent, formatCount(max24HourSend)));
}
