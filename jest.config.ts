import type { Config } from 'jest';

/**
 * Tests read the sources of every workspace package through the `@rookery/source` export condition,
 * so no build stands between an edit and its test. What a test starts as a process of its own is the built code.
 */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@rookery/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  testMatch: ['<rootDir>/{packages,apps,libs,test}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/coverage/'],
  setupFiles: ['reflect-metadata'],
  // Nothing waits that long on purpose. A machine under load may need that long to load a module or start a process.
  testTimeout: 30_000,
} satisfies Config;
