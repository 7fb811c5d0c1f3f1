import config from './jest.config.js';

/** Tests that are too slow for `npm test`: `npm run test:slow`. */
export default {
  ...config,
  testMatch: ['**/*.slow.test.ts'],
  testPathIgnorePatterns: [],
};
