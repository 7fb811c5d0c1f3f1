import { join } from 'node:path';

// The tests start more than a hundred processes of the same modules. Node need not compile them each time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

/** Node runs the project's TypeScript itself; Jest needs SWC for the same files, TypeGraphQL's decorators included. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests', '<rootDir>/packages'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/tests/browser/', '\\.slow\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true, tsx: false },
          transform: { legacyDecorator: true, decoratorMetadata: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  testSequencer: '<rootDir>/jest.sequencer.js',
  // For two cores: the tests that boot the product often wait, and a third worker uses that time.
  maxWorkers: 3,
  // No assertion of speed: on a busy machine a test may take many times its usual time.
  testTimeout: 1_200_000,
};
