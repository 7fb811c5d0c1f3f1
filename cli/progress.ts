import type { CampaignView } from './client.ts';

export interface Progress {
  done: number;
  enqueued: number;
  sent: number;
  errors: number;
  /** Emails per second over the last seconds. */
  perSecond: number;
  /** Undefined while the rate is 0. */
  secondsLeft?: number;
}

/** The rate is averaged over this time. Over less it flickers, over more it follows a change too slowly. */
const WINDOW_MS = 5000;

/** Computes progress and rate from successive states of a campaign. */
export class ProgressMeter {
  private readonly samples: { at: number; done: number }[] = [];

  add(campaign: CampaignView, now: number): Progress {
    const { SENT: sent, ERROR: errors } = campaign.counts;
    const done = sent + errors;
    this.samples.push({ at: now, done });
    while (this.samples.length > 2 && now - (this.samples[0]?.at ?? now) > WINDOW_MS) this.samples.shift();
    const first = this.samples[0] ?? { at: now, done };
    const seconds = (now - first.at) / 1000;
    const perSecond = seconds > 0 ? Math.max(0, done - first.done) / seconds : 0;
    const left = campaign.enqueued - done;
    return {
      done,
      enqueued: campaign.enqueued,
      sent,
      errors,
      perSecond,
      ...(perSecond > 0 && { secondsLeft: Math.ceil(left / perSecond) }),
    };
  }
}

const BAR_WIDTH = 24;

/** One line that fits `columns`: a bar, then numbers. On a narrow terminal the bar and the less important numbers are left out. */
export function progressLine(progress: Progress, columns: number): string {
  const { done, enqueued, sent, errors } = progress;
  const part = enqueued === 0 ? 1 : done / enqueued;
  const percent = percentText(part);
  const numbers = [`${sent} of ${enqueued} sent`, ...(errors > 0 ? [errorsText(errors)] : [])];
  const pace = [`${progress.perSecond.toFixed(1)}/s`, ...leftText(progress)];
  const variants = [
    `${bar(part)} ${percent}  ${[...numbers, ...pace].join(' · ')}`,
    `${percent.trim()}  ${[...numbers, ...pace].join(' · ')}`,
    `${percent.trim()}  ${numbers.join(' · ')}`,
    percent.trim(),
  ];
  return variants.find((line) => line.length < columns) ?? '';
}

const bar = (part: number): string => {
  const filled = Math.round(part * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
};

const percentText = (part: number): string => `${Math.floor(part * 100)} %`.padStart(5);

/** One line that fits `columns` about a step of which a part is done, from 0 to 1. */
export function stepLine(part: number, text: string, columns: number): string {
  const percent = percentText(part);
  const variants = [`${bar(part)} ${percent}  ${text}`, `${percent.trim()}  ${text}`, percent.trim()];
  return variants.find((line) => line.length < columns) ?? '';
}

/** The progress as plain text, for an output that is not a terminal. */
export function progressText(progress: Progress): string {
  const { sent, enqueued, errors, perSecond } = progress;
  return [
    `${sent} of ${enqueued} sent`,
    ...(errors > 0 ? [errorsText(errors)] : []),
    `${perSecond.toFixed(1)}/s`,
    ...leftText(progress),
  ].join(', ');
}

const errorsText = (errors: number): string => `${errors} ${errors === 1 ? 'error' : 'errors'}`;

const leftText = ({ secondsLeft, done, enqueued }: Progress): string[] =>
  secondsLeft === undefined || done === enqueued ? [] : [`${duration(secondsLeft)} left`];

/** `8 s`, `2 min 05 s`, `1 h 12 min` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
}
