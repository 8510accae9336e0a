import { withProgress } from '../../scripts/progress.mjs';
import { bookedRuns, rowVersions } from '../support/books';
import type { Scenario } from '../support/scenario';
import { allSucceeded, equalToSource, keptApart, sumsHold, wroteNothing } from './checks';
import type { Demonstration, NumberedRun } from './report';

/** The tenants of the demo and the consents of the sandbox that they give: two organisations each. */
export const TENANTS = [
	['Harbour Group', 'harbour'],
	['Southern Group', 'southern'],
] as const;

/** Runs the Xero sync once and resolves to n8n's execution id; rejects when the execution fails. */
export type Sync = () => Promise<string>;

/** Connects the tenants, syncs twice, and holds what came of it against the sandbox and the promises. */
export async function demonstrate(scenario: Scenario, sync: Sync): Promise<Demonstration> {
	const { admin } = scenario.warehouse;
	for (const [name, consent] of TENANTS) await scenario.connect(name, consent);
	const first = await syncOnce(scenario, 1, sync);
	const written = await rowVersions(admin);
	const second = await syncOnce(scenario, 2, sync);
	const runs = [...first, ...second];
	return {
		runs,
		checks: [
			allSucceeded(runs, 2 * TENANTS.length),
			await equalToSource(scenario),
			sumsHold(runs),
			await wroteNothing(admin, written),
			await keptApart(scenario),
		],
	};
}

async function syncOnce(scenario: Scenario, run: 1 | 2, sync: Sync): Promise<NumberedRun[]> {
	const executionId = await withProgress(`Sync ${run} of 2`, sync);
	const booked = await bookedRuns(scenario.warehouse.admin, executionId);
	return booked.map((one) => ({ ...one, run }));
}
