import base from './jest.config.js';

/** The pages in a real Chromium, one file after the other: two browsers would slow each other on two cores. */
export default {
  ...base,
  roots: ['<rootDir>/tests/browser'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  // A page with large scripts takes a minute where other work needs the processors, and a test may open several.
  testTimeout: 180_000,
};
