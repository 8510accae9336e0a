import { defineConfig } from 'vitest/config';

/** The tests in a real n8n: minutes, not seconds, hence apart from `npm test`. */
export default defineConfig({
	test: {
		include: ['test/n8n/**/*.test.ts'],
		// One n8n serves all files: starting one takes some 15 seconds.
		fileParallelism: false,
		// Against hanging alone: on a busy machine a step may take ten times what it takes on a quiet one.
		testTimeout: 600_000,
		hookTimeout: 900_000,
	},
});
