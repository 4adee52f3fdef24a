import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
const ours = Object.fromEntries(
  ['content', 'contracts', 'access', 'messaging', 'platform', 'testing'].map((lib) => [`^@helpdesk/${lib}$`, `<rootDir>/libs/${lib}/src/index.ts`]),
);

/** For all kinds of test: unit specs need nothing; the others start real PostgreSQL, Redis and SMTP (see CONTRIBUTING.md). */
export default {
  rootDir: '.',
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swc, $schema: undefined, jsc: { ...swc.jsc, baseUrl: undefined, paths: undefined }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', ...ours },
  testTimeout: 60_000,
};
