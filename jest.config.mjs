import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('.', import.meta.url));

/** ESM-only packages, and those that they need. Jest can load them only on Node.js 24.9 or newer; it translates them. */
const ESM_PACKAGES = [
	'node-pg-migrate',
	'glob',
	'path-scurry',
	'minimatch',
	'minipass',
	'lru-cache',
	'brace-expansion',
	'balanced-match',
];

const typescript = { parser: { syntax: 'typescript' }, target: 'es2022' };

/** What every project of the tests has in common; `folder` is where its tests are. */
export const projectOf = (folder, more = {}) => ({
	rootDir,
	roots: [`<rootDir>/test/${folder}`],
	displayName: folder,
	testMatch: ['**/*.test.ts'],
	testEnvironment: '<rootDir>/test/support/jest-environment.cjs',
	// Tests import `describe` and its kin, as they import everything else.
	injectGlobals: false,
	moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
	transform: { '\\.(ts|m?js)$': ['@swc/jest', { jsc: typescript, module: { type: 'commonjs' } }] },
	transformIgnorePatterns: [`/node_modules/(?!(${ESM_PACKAGES.join('|')})/)`, '<rootDir>/dist/'],
	...more,
});

/** With a PostgreSQL that is started once for all projects of the run. */
const database = {
	globalSetup: '<rootDir>/test/support/database/setup.ts',
	globalTeardown: '<rootDir>/test/support/database/teardown.ts',
};

/** `npm test`; the tests in a real n8n have a configuration of their own (test/n8n/jest.config.mjs). */
export default {
	rootDir,
	// Against hanging only: a test must pass on a machine that does much else.
	testTimeout: 600_000,
	// By default jest would run one file at a time on two cores.
	maxWorkers: Math.max(2, availableParallelism() - 1),
	// Each file loads its modules anew, n8n's with some 200 MB: a worker that has kept too much is replaced.
	workerIdleMemoryLimit: '1GB',
	projects: [
		projectOf('unit'),
		projectOf('db', database),
		projectOf('attack', database),
		projectOf('nodes', database),
	],
};
