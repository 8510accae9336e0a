import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { expect, it } from '@jest/globals';

import { PostgresUpsert } from '../../nodes/PostgresUpsert/PostgresUpsert.node';
import { expectRepelled } from '../support/expect/attacks';
import { useDatabase } from '../support/database/use-database';
import { financialsOf, loadTarget, month, type LoadTarget } from '../support/database/loading';
import { nodeContext } from '../support/n8n/node-context';

const database = useDatabase();

const MONTHS = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'];

/** Through Postgres Upsert, in chunks of one row, over connections of its own. @returns its messages */
async function load(target: LoadTarget, maxConnections: number) {
	const { tenantId, integrationId, syncRunId } = target;
	const of = {
		tenantId,
		integrationId,
		syncRunId,
		provider: 'xero',
		stream: 'monthlyFinancials',
		accountId: 'org-1',
	};
	const items = [
		...MONTHS.map((day) => ({ type: 'ROW', ...of, ...month(day, '1.00') })),
		{ type: 'STATE', ...of, state: { at: MONTHS.at(-1) }, hasMore: false, counts: {} },
	];
	const settings = { ...database.settings, maxConnections };
	const context = nodeContext({ database: settings, items, parameters: { options: { chunkSize: 1 } } });
	const [messages = []] = await new PostgresUpsert().execute.call(context);
	return messages.map(({ json }) => json);
}

async function storedOf({ tenantId, integrationId }: LoadTarget) {
	const { rows } = await database.admin.query<{ state: object }>(
		'select state from etl.stream_states where integration_id = $1',
		[integrationId],
	);
	return { rows: (await financialsOf(database, tenantId)).length, states: rows.length };
}

it('a database that accepts no writes for a second and a half loses nothing, and no run', async () => {
	const target = await loadTarget(database, 'Read-only');
	const operator = new pg.Client({ connectionString: database.adminUrl });
	await operator.connect();
	await operator.query('set default_transaction_read_only = off');
	await operator.query(`alter database ${database.name} set default_transaction_read_only = on`);
	const loading = load(target, 7);
	await sleep(1_500);
	const during = await storedOf(target);
	await operator.query(`alter database ${database.name} reset default_transaction_read_only`);
	await operator.end();
	const types = (await loading).map(({ type }) => type);
	const after = await storedOf(target);
	const isWell = !types.includes('FAILURE') && after.rows === MONTHS.length && after.states === 1;
	expect(during).toEqual({ rows: 0, states: 0 });
	expectRepelled('a database that is read-only for a while', [
		{ name: 'through Postgres Upsert', gained: isWell ? undefined : { types, after } },
	]);
});

it('a disk that is full says so, keeps rows and state together, and the next run goes on', async () => {
	const target = await loadTarget(database, 'Full');
	// Raised where PostgreSQL would raise it: as the third month wants a page for which there is no room.
	await database.admin.query(`
		create function public.test_disk_full() returns trigger language plpgsql as $$
		begin
			raise exception 'could not extend file "base/1/2": No space left on device' using errcode = 'disk_full';
		end $$;
		create trigger test_disk_full before insert on public.financials for each row
		when (new.record_date >= '2026-03-01') execute function public.test_disk_full()`);
	const messages = await load(target, 8);
	const full = await storedOf(target);
	await database.admin.query('drop function public.test_disk_full cascade');
	await target.nextRun();
	const again = (await load(target, 8)).map(({ type }) => type);
	const after = await storedOf(target);
	const failures = messages.flatMap(({ type, failure }) => (type === 'FAILURE' ? [failure as object] : []));
	expect(failures).toMatchObject([
		{
			class: 'database_unavailable',
			message: expect.stringContaining('The disk of the database server is full.'),
		},
	]);
	const isWell =
		full.rows <= 2 && full.states === 0 && !again.includes('FAILURE') && after.rows === MONTHS.length;
	expectRepelled('a disk that is full', [
		{ name: 'in the middle of a run', gained: isWell ? undefined : { full, again, after } },
	]);
});
