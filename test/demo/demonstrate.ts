import { withProgress } from '../../scripts/progress.mjs';
import { serviceKeys, serviceOf, type ServiceKey } from '../sandbox';
import { bookedRuns, rowVersions } from '../support/database/stored';
import { ASANA_TIMEZONE } from '../support/expect/differences';
import { publishConstantRates } from '../support/database/constant-rates';
import type { Scenario, Tenant } from '../support/n8n/scenario';
import { allSucceeded, equalToSource, keptApart, sumsHold, wroteNothing } from './checks';
import type { Demonstration, NumberedRun } from './report';

/** The consents of the sandbox that the two tenants of the demo give. */
const consentsFor = (provider: ServiceKey): [string, string] =>
	provider === 'myob' ? ['bakehouse', 'joinery'] : ['harbour', 'southern'];

/** Runs workflows; each resolves to the execution's id as our books have it, and rejects when the execution fails. */
export interface Runner {
	sync(provider: ServiceKey): Promise<string>;
	/** Loads the rows of a person's file. */
	upload?(tenant: Tenant): Promise<string>;
}

/** Has the tenants connect themselves to every provider, syncs twice, and holds what came of it against the sandbox and the promises. */
export async function demonstrate(scenario: Scenario, runner: Runner): Promise<Demonstration> {
	const { admin } = scenario.warehouse;
	// The same rate on every day, so that what is expected needs no rates by day.
	await publishConstantRates(admin);
	for (const provider of serviceKeys) {
		const [harbour, southern] = consentsFor(provider);
		for (const [name, consent] of [
			['Harbour Group', harbour],
			['Southern Group', southern],
		] as const)
			await scenario.connectByPages(name, consent, provider, timezoneOf(scenario, provider, consent));
	}
	const first = await loadOnce(scenario, 1, runner);
	const written = await rowVersions(admin);
	const second = await loadOnce(scenario, 2, runner);
	const runs = [...first, ...second];
	return {
		runs,
		checks: [
			allSucceeded(runs, 2 * (scenario.tenants.length + (runner.upload ? 1 : 0))),
			await equalToSource(scenario, runner.upload && uploaderOf(scenario)),
			sumsHold(runs),
			await wroteNothing(admin, written),
			await keptApart(scenario),
		],
	};
}

/** What the operator sets where the provider states no time zone. */
function timezoneOf({ sandbox }: Scenario, provider: ServiceKey, consent: string): string | undefined {
	if (provider === 'myob') return sandbox.myob.file(consent).timezone;
	return provider === 'asana' ? ASANA_TIMEZONE : undefined;
}

const uploaderOf = ({ tenants }: Scenario): Tenant => tenants[0]!;

async function loadOnce(scenario: Scenario, run: 1 | 2, { sync, upload }: Runner): Promise<NumberedRun[]> {
	const runs: NumberedRun[] = [];
	const step = async (what: string, execute: () => Promise<string>): Promise<void> => {
		const executionId = await withProgress(`Run ${run} of 2: ${what}`, execute);
		const booked = await bookedRuns(scenario.warehouse.admin, executionId);
		runs.push(...booked.map((one) => ({ ...one, run })));
	};
	for (const provider of serviceKeys) {
		await step(serviceOf(scenario.sandbox, provider).displayName, () => sync(provider));
	}
	if (upload) await step('an upload', () => upload(uploaderOf(scenario)));
	return runs;
}
