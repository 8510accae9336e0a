import { projectOf } from '../../jest.config.mjs';

/** The tests in a real n8n: minutes, not seconds, hence apart from `npm test`. */
export default {
	...projectOf('n8n'),
	// One n8n serves all files: starting one takes some 15 seconds.
	maxWorkers: 1,
	// Against hanging alone: on a busy machine a step may take ten times what it takes on a quiet one.
	testTimeout: 900_000,
};
