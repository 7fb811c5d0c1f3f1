/** A set of faults for `/_local/faults`, with its name in the log. */
export interface Weather {
  name: string;
  faults: object;
}

export const CALM: Weather = { name: 'calm', faults: {} };

/** A random number between two. */
export const between = (random: () => number, from: number, to: number): number => from + random() * (to - from);

const service = (name: string, faults: object): Weather => ({ name, faults: { services: { [name]: faults } } });

/** Every kind of failure or slowness. */
const KINDS: ((random: () => number) => Weather)[] = [
  (random) => ({ name: 'SES errors', faults: { errorRate: between(random, 0.05, 0.4) } }),
  (random) => ({ name: 'SES throttles', faults: { throttleRate: between(random, 0.05, 0.5) } }),
  (random) => ({ name: 'SES slow', faults: { latencyMs: Math.round(between(random, 50, 600)) } }),
  (random) => ({ name: 'SES breaks off', faults: { dropAfterAcceptRate: between(random, 0.01, 0.05) } }),
  () => ({ name: 'sending paused', faults: { sendingPaused: true } }),
  () => ({ name: 'daily quota', faults: { max24HourSend: 1 } }),
  (random) => service('dynamodb', { errorRate: between(random, 0.02, 0.2), latencyMs: between(random, 0, 30) }),
  (random) => service('sqs', { errorRate: between(random, 0.05, 0.4) }),
  (random) => service('states', { errorRate: between(random, 0.05, 0.3), staleMs: 3000 }),
  (random) => service('lambda', { errorRate: between(random, 0.05, 0.4) }),
  (random) => service('s3', { errorRate: between(random, 0.05, 0.3) }),
  (random) => service('events', { dropRate: between(random, 0.3, 1) }),
];

/** Draws the faults of the next period. */
export const nextWeather = (random: () => number): Weather =>
  KINDS[Math.floor(random() * KINDS.length)]?.(random) ?? CALM;
