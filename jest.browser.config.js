import base from './jest.config.js';

/** The pages in a real Chromium, one file after the other: two browsers would slow each other on two cores. */
export default {
  ...base,
  roots: ['<rootDir>/tests/browser'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  testTimeout: 60_000,
};
