import { beforeAll, describe, expect, it } from '@jest/globals';

import { linkClient } from '../../../db/clients/links';
import { searchExternalIds } from '../../../nodes/Database/client/lists';
import { searchReaders } from '../../../nodes/Database/reader/lists';
import { getOpenRejected, searchReasons } from '../../../nodes/Integrations/rejected-record/lists';
import { searchAccounts } from '../../../nodes/TransformNormalize/lists';
import { loadTarget, month, rejected } from '../../support/database/loading';
import { useDatabase } from '../../support/database/use-database';
import { listContext, listNames, type Search } from '../../support/n8n/list-search';

const database = useDatabase();

/** The names that a list of the editor shows while the node's fields have these values. */
const list = async (search: Search, chosen: Record<string, unknown>, filter = ''): Promise<string[]> =>
	await listNames(database.settings, search, chosen, filter);

const pick = (value: string): object => ({ __rl: true, mode: 'list', value });

let harbour: string;
let southern: string;

const reason = (code: string) => ({
	reason: { code, path: '', message: `Latest of ${code}.` },
});

beforeAll(async () => {
	const first = await loadTarget(database, 'Harbour');
	await first.load([month('2026-01-31', '100.00')], {
		rejected: [
			rejected('2026-02', reason('rate_missing')),
			rejected('2026-03', reason('rate_missing')),
			rejected('2026-04', { ...reason('bad_value'), stage: 'load' }),
		],
	});
	const second = await loadTarget(database, 'Southern');
	await second.load([], { rejected: [rejected('2026-05', reason('no_month'))] });
	[harbour, southern] = [first.tenantId, second.tenantId];
});

describe('the list of reasons', () => {
	const ofHarbour = (more: object = {}) => ({ filters: { tenantId: pick(harbour), ...more } });

	it('has the most frequent first, in words', async () => {
		expect(await list(searchReasons, ofHarbour())).toEqual([
			'Rate missing: 2 records',
			'Bad value: 1 record',
		]);
	});

	it.each([
		['the tenant', () => ({ filters: { tenantId: pick(southern) } }), ['No month: 1 record']],
		['the stage', () => ofHarbour({ stage: 'load' }), ['Bad value: 1 record']],
		[
			'Show: All',
			() => ({ ...ofHarbour(), show: 'all' }),
			['Rate missing: 2 records', 'Bad value: 1 record'],
		],
	])('is filtered by %s that was chosen before', async (_by, chosen, expected) => {
		expect(await list(searchReasons, chosen())).toEqual(expected);
	});

	it('is searched by words and by code, and shows the latest message', async () => {
		expect(await list(searchReasons, ofHarbour(), 'rate m')).toEqual(['Rate missing: 2 records']);
		const { results } = await searchReasons.call(listContext(database.settings, ofHarbour()), 'rate_m');
		expect(results).toEqual([
			expect.objectContaining({ value: 'rate_missing', description: 'Latest of rate_missing.' }),
		]);
	});

	it.each([
		['resolved records', () => ({ ...ofHarbour(), show: 'resolved' })],
		['another provider', () => ofHarbour({ provider: 'asana' })],
		['another stream', () => ofHarbour({ stream: 'deals' })],
	])('says why it is empty for %s', async (_of, chosen) => {
		await expect(list(searchReasons, chosen())).rejects.toThrow(
			'No rejected record matches the other filters',
		);
	});
});

describe('the list of rejected records', () => {
	it('names tenant, provider, record and reason', async () => {
		const records = await getOpenRejected.call(listContext(database.settings));
		expect(records).toHaveLength(4);
		expect(records.map(({ name }) => name)).toContain('Southern – Xero, 2026-05: Latest of no_month.');
	});
});

describe('the list of external IDs', () => {
	const chosen = (more: object = {}) => ({ tenantId: harbour, provider: 'xero', operation: 'link', ...more });

	it('says that a tenant comes first', async () => {
		await expect(list(searchExternalIds, chosen({ tenantId: '' }))).rejects.toThrow('Choose a tenant first');
	});

	it('has what the clients come from, of the provider that was chosen', async () => {
		const [name, ...others] = await list(searchExternalIds, chosen());
		expect(name).toMatch(/ \(.+\)$/);
		expect(others).toEqual([]);
		await expect(list(searchExternalIds, chosen({ provider: 'asana' }))).rejects.toThrow(
			'This tenant has no clients from Asana yet',
		);
	});

	it('has linked ones alone to unlink, with the client’s name', async () => {
		const unlink = chosen({ provider: 'asana', operation: 'unlink' });
		await expect(list(searchExternalIds, unlink)).rejects.toThrow('Nothing of Asana is linked');
		const { rows } = await database.admin.query<{ id: string; name: string }>(
			'select id, client_name as name from client_kpis where tenant_id = $1',
			[harbour],
		);
		const { id, name } = rows[0]!;
		await linkClient(database.pool, { tenantId: harbour, provider: 'asana', externalId: 'workspace-1' }, id);
		expect(await list(searchExternalIds, unlink)).toEqual([`workspace-1, linked to ${name}`]);
		expect(await list(searchExternalIds, unlink, 'nobody')).toEqual([]);
		expect(await list(searchExternalIds, { ...unlink, operation: 'link' })).toEqual([
			`workspace-1, linked to ${name}`,
		]);
	});
});

describe('the list of readers', () => {
	it('says that there is none', async () => {
		await expect(list(searchReaders, {})).rejects.toThrow('There is no reader to revoke');
	});

	it('has the logins with their tenants', async () => {
		await database.admin.query(
			'insert into etl.tenant_readers (role_name, role_oid, tenant_id) values ($1, 4000000001, $2)',
			['harbour_reports', harbour],
		);
		expect(await list(searchReaders, {})).toEqual(['harbour_reports (Harbour)']);
		expect(await list(searchReaders, {}, 'southern')).toEqual([]);
	});
});

describe('the list of accounts', () => {
	it('has those of the tenant and the provider', async () => {
		await database.admin.query(
			`insert into etl.accounts (integration_id, tenant_id, provider, account_id, name)
			select id, tenant_id, provider, 'org-9', 'Harbour Bakery' from integrations where tenant_id = $1`,
			[harbour],
		);
		expect(await list(searchAccounts, { tenantId: harbour, provider: 'xero' }, 'bakery')).toEqual([
			'Harbour Bakery (org-9)',
		]);
	});

	it('says why it is empty', async () => {
		await expect(list(searchAccounts, { tenantId: '', provider: 'xero' })).rejects.toThrow(
			'Choose a tenant first',
		);
		await expect(list(searchAccounts, { tenantId: harbour, provider: 'asana' })).rejects.toThrow(
			'No account of this tenant at Asana is known',
		);
	});
});
