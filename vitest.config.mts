import { createRequire } from 'node:module';

import { defineConfig } from 'vitest/config';

// The CommonJS build, as n8n loads it: the other one would be transformed, and be a second copy of its classes.
const alias = { 'n8n-workflow': createRequire(import.meta.url).resolve('n8n-workflow') };

const database = {
	globalSetup: ['test/support/database-setup.ts'],
};

/** `npm test`; the tests in a real n8n have a configuration of their own (test/n8n/vitest.config.mts). */
export default defineConfig({
	resolve: { alias },
	test: {
		// Against hanging only: a test must pass on a machine that does much else.
		testTimeout: 300_000,
		hookTimeout: 300_000,
		projects: [
			{ extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
			{ extends: true, test: { name: 'db', include: ['test/db/**/*.test.ts'], ...database } },
			{
				extends: true,
				test: { name: 'attack', include: ['test/attack/**/*.test.ts'], ...database },
			},
			{
				extends: true,
				test: { name: 'nodes', include: ['test/nodes/**/*.test.ts'], ...database },
			},
		],
	},
});
