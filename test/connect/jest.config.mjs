import { projectOf } from '../../jest.config.mjs';

/** Tenants connect in a browser, by the pages of a real n8n: minutes, not seconds, hence apart from `npm test`. */
export default {
	...projectOf('connect'),
	// One n8n serves the journeys.
	maxWorkers: 1,
	// Against hanging alone.
	testTimeout: 600_000,
};
