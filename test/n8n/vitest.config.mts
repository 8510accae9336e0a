import { defineConfig } from 'vitest/config';

/** The tests in a real n8n: minutes, not seconds, hence apart from `npm test`. */
export default defineConfig({
	test: {
		include: ['test/n8n/**/*.test.ts'],
		// One n8n serves all files: starting one takes some 15 seconds.
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 900_000,
	},
});
