import type { IDataObject } from 'n8n-workflow';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { claimDue } from '../../../db/runs/claim';
import { finishRun } from '../../../db/runs/finish';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';
import { holder } from '../../support/database/run-holder';

const database = useDatabase();

const COUNTS = {
	monthlyFinancials: {
		records: { extracted: 13, normalised: 12, rejected: 1 },
		rows: { produced: 12, inserted: 4, updated: 3, unchanged: 4, rejected: 1 },
	},
};

/** A tenant with a connection whose last run was partial, and a rejected record of it. */
beforeAll(async () => {
	const { admin, pool } = database;
	await admin.query("insert into tenants (id, name) values ('harbour', 'Harbour Group')");
	await admin.query(
		"insert into integrations (id, tenant_id, provider, status) values ('books', 'harbour', 'xero', 'ACTIVE')",
	);
	await admin.query(
		"update integrations set access_token = 'made-up', expires_at = now() + interval '1 hour'",
	);
	await admin.query(
		`insert into etl.accounts (integration_id, tenant_id, provider, account_id, name, enabled)
		values ('books', 'harbour', 'xero', 'org-1', 'Harbour Bakery', true)`,
	);
	const options = { provider: 'xero', limit: 1, syncEveryHours: 6, authentication: 'stored' } as const;
	const [run] = await claimDue(pool, { ...options, holder: holder('instance-1:execution-1'), runNow: true });
	await admin.query('update etl.sync_runs set counts = $1', [JSON.stringify(COUNTS)]);
	const error = { class: 'provider_unavailable', message: 'Xero did not answer. The next run tries again.' };
	await finishRun(pool, { ...run!, status: 'partial', error, retryInMs: 60_000 });
	await admin.query(
		`insert into etl.rejected_records (id, tenant_id, integration_id, stage, provider, stream, account_id, record_id,
			reason_code, reason_message, payload)
		values ('rejected-1', 'harbour', 'books', 'transform', 'xero', 'monthlyFinancials', 'org-1', '2026-06',
			'rate_missing', 'There is no rate.', '{"month": "2026-06"}')`,
	);
});

async function operate(operation: string, parameters: Record<string, unknown> = {}): Promise<IDataObject[]> {
	const context = nodeContext({ database: database.settings, items: [{}], parameters });
	return (await integrationsOperations[operation]!(context)).map(({ json }) => json);
}

const ONE = { integrationId: 'books', askProvider: false };

const OPERATIONS: Array<[operation: string, parameters: object, first: string[], last: string]> = [
	['sync:getRuns', {}, ['tenant', 'provider', 'status', 'message'], 'id'],
	['sync:getHealth', {}, ['tenant', 'provider', 'state', 'whatToDo'], 'connectionId'],
	['connection:getAll', {}, ['tenant', 'provider', 'status'], 'connectionId'],
	['connection:getAccounts', ONE, ['account', 'status'], 'accountId'],
	['connection:update', { ...ONE, updateFields: { basis: 'cash' } }, ['tenant', 'provider'], 'connectionId'],
	['connection:enable', ONE, ['tenant', 'provider', 'status'], 'connectionId'],
	['rejectedRecord:getAll', {}, ['tenant', 'provider', 'stream', 'record', 'reason'], 'id'],
	['rejectedRecord:getAll', { includePayload: true }, ['tenant', 'provider'], 'id'],
];

describe('Simplify', () => {
	it.each(OPERATIONS)(
		'turns %s (%j) into at most ten flat fields, beginning with %j and ending with %s',
		async (operation, parameters, first, last) => {
			const [simple] = await operate(operation, { ...parameters, simplify: true });
			const flat = Object.entries(simple!).filter(([name]) => name !== 'payload');
			const names = Object.keys(simple!);
			expect(names.length).toBeLessThanOrEqual(10);
			expect(names.slice(0, first.length)).toEqual(first);
			expect(names.at(-1)).toBe(last);
			expect(flat.filter(([, value]) => typeof value === 'object' && value !== null)).toEqual([]);
			const [raw] = await operate(operation, { ...parameters, simplify: false });
			expect(Object.keys(raw!).length).toBeGreaterThan(10);
		},
	);

	it('says in words how a run ended, and counts what it read, wrote and rejected', async () => {
		const [run] = await operate('sync:getRuns', { simplify: true });
		expect(run).toMatchObject({
			...{ tenant: 'Harbour Group', provider: 'Xero', status: 'Partial' },
			message: expect.stringContaining('Xero did not answer.'),
			...{ read: 13, written: 7, rejected: 2 },
			started: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
			duration: expect.stringMatching(/^\d+ sec$/),
		});
	});

	it('names providers, streams and stages as people do', async () => {
		const [record] = await operate('rejectedRecord:getAll', { simplify: true });
		expect(record).toMatchObject({
			...{ provider: 'Xero', stream: 'Monthly Financials', record: '2026-06', stage: 'Transform' },
			...{ reason: 'There is no rate.', reasonCode: 'rate_missing', id: 'rejected-1' },
		});
		const [connection] = await operate('connection:getAll', { simplify: true });
		expect(connection).toMatchObject({ status: 'Active', lastRun: 'Partial', authentication: 'Zixly Vault' });
	});
});
