import { defineConfig } from 'vitest/config';

const database = {
	globalSetup: ['test/support/database-setup.ts'],
	testTimeout: 60_000,
	hookTimeout: 60_000,
};

/** `npm test`; the tests in a real n8n have a configuration of their own (test/n8n/vitest.config.mts). */
export default defineConfig({
	test: {
		projects: [
			{ test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
			{ test: { name: 'db', include: ['test/db/**/*.test.ts'], ...database } },
			{
				test: {
					name: 'nodes',
					include: ['test/nodes/**/*.test.ts'],
					...database,
					testTimeout: 180_000,
					hookTimeout: 180_000,
				},
			},
		],
	},
});
