import { startSandbox, type Sandbox, type SandboxOptions, type ServiceKey } from '../../sandbox';
import { bookedRuns, type BookedRun } from '../database/stored';
import { testDatabase, type TestDatabase } from '../database/database';
import { closeEngine, type EngineRun, type RunOptions } from './engine';
import { Scenario } from './scenario';

/** A database and a sandbox of a test's own, with the sync between them. */
export interface SyncStage {
	database: TestDatabase;
	sandbox: Sandbox;
	scenario: Scenario;
	/**
	 * Syncs in n8n's engine; resolves to the runs as booked, by the tenant's name. That the execution fails because every
	 * run did is no error here: the books say it.
	 */
	sync(options?: Partial<RunOptions>): Promise<EngineRun & { runs: Map<string, BookedRun> }>;
	close(): Promise<void>;
}

/**
 * @param seed gives accounts of its own: their call limits are held in the process, and what one test used up another
 * would have to wait for
 */
export async function syncStage(
	seed: string,
	provider: ServiceKey = 'xero',
	options: SandboxOptions = {},
): Promise<SyncStage> {
	const database = await testDatabase();
	// The sandbox's minute would make every process wait for what the others called.
	const sandbox = await startSandbox({ seed, xero: { minute: 10_000 }, ...options });
	const scenario = new Scenario(database, sandbox);
	return {
		database,
		sandbox,
		scenario,
		async sync(options) {
			const run = withoutFailWhen(await scenario.sync(options, provider));
			const booked = await bookedRuns(database.admin, run.executionId);
			return Object.assign(run, { runs: new Map(booked.map((one) => [one.tenant, one])) });
		},
		async close() {
			await closeEngine();
			await sandbox.close();
			await database.close();
		},
	};
}

function withoutFailWhen(run: EngineRun): EngineRun {
	const isFailWhen = run.error?.node === 'Finish' && /runs? failed: /.test(run.error.message);
	return isFailWhen ? { ...run, error: undefined } : run;
}
