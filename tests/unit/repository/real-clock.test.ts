import { globSync, readFileSync } from 'node:fs';

/** What tells the real time, or waits for it. */
const REAL_CLOCK =
  /\b(?:systemClock|Date\.now|new Date\(\)|performance\.now|hrtime|setTimeout|setInterval|AbortSignal\.timeout|timers\/promises)(?!\w)/;

/** Files that may, and why. A function's handler passes the real clock to what it calls. */
const ALLOWED = new Map([
  ['core/clock.ts', 'It is the real clock.'],
  ['tests/unit/repository/real-clock.test.ts', 'It names what it looks for.'],
  ['tests/unit/repository/node24.test.ts', 'A process that it starts stays until it is stopped.'],
]);

const files = globSync(['core/**/*.ts', 'api/**/*.ts', 'graphql/**/*.ts', 'tests/unit/**/*.ts', 'tests/infra/**/*.ts']);

test('the core and the unit tests take the time from an injected clock, so a busy machine does not change what they do', () => {
  const users = files.filter((file) => REAL_CLOCK.test(readFileSync(file, 'utf8')));

  expect(users.sort()).toEqual([...ALLOWED.keys()].sort());
});
