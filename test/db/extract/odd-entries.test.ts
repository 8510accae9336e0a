import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { serviceOf, startSandbox, type Sandbox } from '../../sandbox';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { LIST_ENDPOINTS, ODD_ENTRIES } from '../../support/engine/endpoints';
import { Extraction, type ConnectedTenant } from '../../support/engine/extraction';
import {
	addsUp,
	failuresIn,
	hasty,
	recordsIn,
	statesIn,
	storeExtracted,
	warningsIn,
} from '../../support/engine/unreadable';
import type { Message } from '../../../nodes/shared/messages';

let database: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'odd-entries', xero: { minute: 100_000, day: 1_000_000 } });
});

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

interface Rejected {
	record_id: string;
	stage: string;
	reason_code: string;
	ask_again_at: Date | null;
	attempts: number;
}

describe.each(LIST_ENDPOINTS)('$key: an entry of the list of $name', ({ key, pathEnd, holds, entryOf }) => {
	let extraction: Extraction;
	let tenant: ConnectedTenant;
	let whole: Message[];
	let entry: string;
	/** Of a list of records: that record; of a list of parts: the one that it is part of. */
	let owner: string;

	beforeAll(async () => {
		await database.admin.query('delete from tenants');
		extraction = new Extraction(database.pool, sandbox, key);
		tenant = await extraction.connect(`Odd ${key}`, serviceOf(sandbox, key).consents()[0]!, {});
		whole = await read();
		const found = whole.flatMap((message) =>
			message.type === 'RECORD' ? [{ of: message.recordId, id: entryOf(message) }] : [],
		);
		const usable = found.filter(({ id }) => id !== undefined);
		const chosen = usable[Math.floor(usable.length / 2)]!;
		[entry, owner] = [chosen.id!, chosen.of];
	});

	afterEach(async () => {
		serviceOf(sandbox, key).clear();
		await database.admin.query('delete from etl.stream_states');
		await database.admin.query('delete from etl.rejected_records');
	});

	const read = async (): Promise<Message[]> => await extraction.extract(tenant, { clock: hasty });

	async function open(): Promise<Rejected[]> {
		const { rows } = await database.admin.query<Rejected>(
			`select record_id, stage, reason_code, ask_again_at, attempts from etl.rejected_records
			where resolved_at is null`,
		);
		return rows;
	}

	it.each(ODD_ENTRIES)(
		'costs no other entry, and does not hold the list up, when it became $name',
		async ({ becomes, hasId }) => {
			const fault = { kind: 'oddEntry', pathEnd, path: '', entry: { id: entry, becomes } };
			serviceOf(sandbox, key).faults.add({ ...fault, count: 'always' });
			const first = await read();
			await storeExtracted(database, tenant, first);
			expect(addsUp(first)).toBe(true);
			const lost = new Set(recordsIn(whole).filter((id) => !recordsIn(first).includes(id)));
			const stored = await open();
			if (hasId) {
				expect(lost).toEqual(new Set());
				expect(stored).toEqual([]);
			} else if (holds === 'records') {
				expect(lost).toEqual(new Set([owner]));
				expect(stored).toMatchObject([
					{ stage: 'extract', reason_code: 'entry_without_id', ask_again_at: null },
				]);
				expect(stored[0]!.record_id).toMatch(/^entry \d (?:after|before) \d+ in the list of /);
			} else if (holds === 'names') {
				expect(lost).toEqual(new Set());
				expect(warningsIn(first).join()).toMatch(/without an id/);
			} else if (holds === 'accounts') {
				expect(warningsIn(first).join() + JSON.stringify(failuresIn(first))).toMatch(
					/without an id|unavailable/,
				);
				const others = whole.filter((message) => message.accountId !== entry);
				expect(recordsIn(first)).toEqual(recordsIn(others));
			} else if (holds === 'part') {
				expect([...lost].filter((id) => id !== owner)).toEqual([]);
			} else {
				// Each is there as it was, or is named.
				expect(new Set(stored.map(({ record_id: id }) => id))).toEqual(lost);
				for (const one of stored)
					expect(one).toMatchObject({ stage: 'extract', reason_code: 'register_incomplete' });
			}
			if (holds !== 'accounts') {
				expect(failuresIn(first)).toEqual([]);
				for (const { state } of statesIn(first)) expect(state).not.toBeNull();
			}
		},
	);

	(holds === 'records' ? it : it.skip)(
		'is one open row however often it is met, is never asked for, and closes once it has healed',
		async () => {
			const entryFault = { id: entry, becomes: () => null };
			serviceOf(sandbox, key).faults.add({
				kind: 'oddEntry',
				pathEnd,
				path: '',
				entry: entryFault,
				count: 'always',
			});
			for (let run = 0; run < 2; run++) await storeExtracted(database, tenant, await read());
			expect(await open()).toHaveLength(1);
			serviceOf(sandbox, key).clear();
			// As Rejected Record: Replay does.
			await database.admin.query('update etl.rejected_records set ask_again_at = now()');
			const later = await read();
			await storeExtracted(database, tenant, later);
			expect(await open()).toEqual([]);
			const asked = serviceOf(sandbox, key).requests.filter(({ path }) => /entry/.test(path));
			expect(asked).toEqual([]);
		},
		60_000,
	);
});
