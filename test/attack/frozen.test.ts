import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { it } from '@jest/globals';

import type { LoadChunk } from '../../db/load/chunk';
import { loadChunk } from '../../db/load/load-chunk';
import { MAX_IDLE_MS } from '../../db/postgres/session-settings';
import { isLocked } from '../../db/postgres/sqlstate';
import { claimDue, type ClaimedRun } from '../../db/runs/claim';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { CHECKOUT } from '../support/checkout';
import { useDatabase } from '../support/database/use-database';
import type { FrozenOrder } from '../support/engine/frozen-loader';
import { chunkFor, financialsOf, loadTarget, month, type LoadTarget } from '../support/database/loading';
import { holder } from '../support/database/run-holder';

const database = useDatabase();

/** Where a process may be when its machine is paused, by the statement before. */
const POINTS: Array<[name: string, freezeAfter: string]> = [
	['once its rows are written', 'insert into public.financials'],
	['once it holds its run', 'for no key update'],
];
/** For the busy machine that tests run on. */
const GRACE_MS = 30_000;

class FrozenProcess {
	private readonly heard: string[] = [];

	private constructor(private readonly child: ChildProcess) {
		child.on('message', (news) => this.heard.push(String(news)));
	}

	static async start(order: FrozenOrder): Promise<FrozenProcess> {
		const worker = join(CHECKOUT, 'test', 'support', 'engine', 'frozen-loader.ts');
		const frozen = new FrozenProcess(fork(worker, { cwd: CHECKOUT, execArgv: ['--import', 'tsx'] }));
		await frozen.hear(1);
		frozen.child.send(order);
		const news = await frozen.hear(2);
		if (news === 'frozen') return frozen;
		frozen.child.kill();
		throw new Error(`The process did not freeze: ${news}`);
	}

	/** Thaws it. @returns how its load ended */
	async goOn(): Promise<string> {
		this.child.kill('SIGCONT');
		const ending = await this.hear(3);
		this.child.kill();
		return ending;
	}

	private async hear(count: number): Promise<string> {
		while (this.heard.length < count) await sleep(20);
		return this.heard[count - 1]!;
	}
}

/** As another n8n does it. @returns after how long it had stored its own row, in milliseconds */
async function takeOver({ tenantId, integrationId, provider }: LoadTarget): Promise<number> {
	const began = Date.now();
	const claim = {
		...{ provider, limit: 1, syncEveryHours: 6, holder: holder('other'), authentication: 'stored' as const },
		...{ integrationId, runNow: true },
	};
	let run: ClaimedRun | undefined;
	while (!run) {
		[run] = await claimDue(database.pool, claim);
		await sleep(200);
	}
	const { syncRunId } = run;
	const rows = [month('2026-01-01', '5.00')];
	const own = { tenantId, integrationId, syncRunId, provider, executionId: claim.holder.executionId };
	while (!(await isLoaded({ ...own, rows, rejected: [], states: [] })));
	return Date.now() - began;
}

/** False where the frozen one's locks were waited for in vain; the next execution tries again. */
async function isLoaded(chunk: LoadChunk): Promise<boolean> {
	try {
		await loadChunk(database.pool, chunk);
		return true;
	} catch (error) {
		if (isLocked(error)) return false;
		throw error;
	}
}

it('a process that is frozen in a transaction holds up its tenant for a minute, and nobody else', async () => {
	const attacks: Attack[] = [];
	// One after the other: the claim of one would abandon the other's run before it is frozen.
	for (const [name, freezeAfter] of POINTS) {
		const [mine, other] = [await loadTarget(database, name), await loadTarget(database, `Not ${name}`)];
		await database.admin.query(
			"update etl.sync_runs set lease_until = now() - interval '1 minute' where id = $1",
			[mine.syncRunId],
		);
		const chunk = chunkFor(mine, [month('2026-01-01', '9.00'), month('2026-02-01', '9.00')]);
		const frozen = await FrozenProcess.start({ settings: database.settings, chunk, freezeAfter });
		const began = Date.now();
		await other.load([month('2026-01-01', '1.00')]);
		const othersMs = Date.now() - began;
		const waitedMs = await takeOver(mine);
		const ending = await frozen.goOn();
		const stored = (await financialsOf(database, mine.tenantId)).map(({ revenue }) => revenue);
		const isWell =
			othersMs < GRACE_MS &&
			waitedMs < MAX_IDLE_MS + GRACE_MS &&
			ending !== 'stored' &&
			String(stored) === '5.00';
		attacks.push({ name, gained: isWell ? undefined : { othersMs, waitedMs, ending, stored } });
	}
	expectRepelled('processes that are frozen', attacks);
});
