import { withProgress } from '../../scripts/progress.mjs';
import { serviceKeys, serviceOf, type ServiceKey } from '../sandbox';
import { bookedRuns, rowVersions } from '../support/books';
import { ASANA_TIMEZONE } from '../support/differences';
import { publishConstantRates } from '../support/pipedrive-expected';
import type { Scenario } from '../support/scenario';
import { allSucceeded, equalToSource, keptApart, sumsHold, wroteNothing } from './checks';
import type { Demonstration, NumberedRun } from './report';

/** The consents of the sandbox that the two tenants of the demo give. */
const consentsFor = (provider: ServiceKey): [string, string] =>
	provider === 'myob' ? ['bakehouse', 'joinery'] : ['harbour', 'southern'];

/** Runs the sync of a provider once and resolves to n8n's execution id; rejects when the execution fails. */
export type Sync = (provider: ServiceKey) => Promise<string>;

/** Connects the tenants to every provider, syncs twice, and holds what came of it against the sandbox and the promises. */
export async function demonstrate(scenario: Scenario, sync: Sync): Promise<Demonstration> {
	const { admin } = scenario.warehouse;
	// The same rate on every day, so that what is expected needs no rates by day.
	await publishConstantRates(admin);
	for (const provider of serviceKeys) {
		const [harbour, southern] = consentsFor(provider);
		await scenario.connect('Harbour Group', harbour, provider, metadataOf(provider));
		await scenario.connect('Southern Group', southern, provider, metadataOf(provider));
	}
	const first = await syncOnce(scenario, 1, sync);
	const written = await rowVersions(admin);
	const second = await syncOnce(scenario, 2, sync);
	const runs = [...first, ...second];
	return {
		runs,
		checks: [
			allSucceeded(runs, 2 * scenario.tenants.length),
			await equalToSource(scenario),
			sumsHold(runs),
			await wroteNothing(admin, written),
			await keptApart(scenario),
		],
	};
}

const metadataOf = (provider: ServiceKey) => (provider === 'asana' ? { timezone: ASANA_TIMEZONE } : {});

async function syncOnce(scenario: Scenario, run: 1 | 2, sync: Sync): Promise<NumberedRun[]> {
	const runs: NumberedRun[] = [];
	for (const provider of serviceKeys) {
		const { displayName } = serviceOf(scenario.sandbox, provider);
		const executionId = await withProgress(`Sync ${run} of 2: ${displayName}`, () => sync(provider));
		const booked = await bookedRuns(scenario.warehouse.admin, executionId);
		runs.push(...booked.map((one) => ({ ...one, run })));
	}
	return runs;
}
