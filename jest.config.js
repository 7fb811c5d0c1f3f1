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
  // Two cores: one worker runs the long end-to-end files, the other the rest.
  maxWorkers: 2,
  // No assertion of speed: on a busy machine a test may take many times its usual time.
  testTimeout: 600_000,
};
