import type { IDataObject } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import type { LoadRow } from '../../../db/load/input';
import { databaseOperations } from '../../../nodes/Database/operations';
import { useDatabase } from '../../support/database/use-database';
import { loadTarget, month, type LoadTarget } from '../../support/database/loading';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

async function operate(operation: string, parameters: object): Promise<IDataObject[]> {
	const given = { tenantId: target.tenantId, provider: 'xero', ...parameters };
	const context = nodeContext({ database: database.settings, items: [{}], parameters: given });
	return (await databaseOperations[`client:${operation}`]!(context)).map(({ json }) => json);
}

const clients = async (): Promise<IDataObject[]> => await operate('getAll', {});
const idOf = async (clientId: string): Promise<string> =>
	String((await clients()).find((one) => one.clientId === clientId)!.clientKpiId);

/** Every row of the tenant's three tables as `<table> <key> → <client>`. */
async function rowsByClient(): Promise<string[]> {
	const { rows } = await database.admin.query<{ line: string }>(
		`select r.line || ' → ' || k.client_id as line from (
			select client_kpi_id, 'month ' || record_date || ' ' || source_system as line from financials
			union all select client_kpi_id, 'deal ' || external_id || ' ' || source_system from lead_events
			union all select client_kpi_id, 'metric ' || metric_name || ' ' || source_system from custom_metrics
		) r join client_kpis k on k.id = client_kpi_id where k.tenant_id = $1 order by 1`,
		[target.tenantId],
	);
	return rows.map(({ line }) => line);
}

const of = (externalId: string, row: LoadRow): LoadRow => ({
	...row,
	client: { externalId, clientName: `Client ${externalId}`, industry: null },
});

/** A row of each table of a CRM's company. */
function company(externalId: string): LoadRow[] {
	const base = { stream: 'deals', accountId: '1', recordId: '7' };
	const client = { externalId, clientName: `Company ${externalId}`, industry: null };
	const deal = {
		...{ eventDate: '2026-06-30T00:00:00Z', leadId: '7', stage: 'Won', status: 'won', value: '10.00' },
		...{ sourceSystem: 'hubspot', externalId: '7:1', metadata: {} },
	};
	const metric = {
		...{ metricName: 'calls', metricValue: '3', recordDate: '2026-06-30T00:00:00Z' },
		...{ sourceSystem: 'hubspot', metadata: {} },
	};
	return [
		{ ...base, table: 'lead_events', client, row: deal },
		{ ...base, table: 'custom_metrics', client, row: metric },
	];
}

describe('linking a CRM’s company to the client of the accounting', () => {
	beforeEach(async () => {
		await target.load([of('org-1', month('2026-06-30', '5.00'))]);
		await target.loadAs('hubspot', company('1:42'));
	});

	it('moves the rows that are there, removes the empty client, and later loads follow', async () => {
		const xero = await idOf('xero:org-1');
		const [linked] = await operate('link', {
			provider: 'hubspot',
			externalId: 'hubspot:1:42',
			clientKpiId: xero,
		});
		expect(linked).toMatchObject({
			clientKpiId: xero,
			clientName: 'Client org-1',
			externalId: '1:42',
			moved: { financials: 0, lead_events: 1, custom_metrics: 1 },
			oldClientRemoved: true,
		});
		const all = [
			'deal 7:1 hubspot → xero:org-1',
			'metric calls hubspot → xero:org-1',
			'month 2026-06-30 xero → xero:org-1',
		];
		expect(await rowsByClient()).toEqual(all);
		const { outcomes } = await target.loadAs('hubspot', company('1:42'));
		expect(outcomes).toEqual(['unchanged', 'unchanged']);
		expect(await rowsByClient()).toEqual(all);
		expect(await clients()).toMatchObject([
			{ clientId: 'xero:org-1', links: [{ provider: 'hubspot', externalId: '1:42' }] },
		]);
	});

	it('unlinking moves the rows back as they were before', async () => {
		const before = await rowsByClient();
		const place = { provider: 'hubspot', externalId: '1:42' };
		await operate('link', { ...place, clientKpiId: await idOf('xero:org-1') });
		const [unlinked] = await operate('unlink', place);
		expect(unlinked).toMatchObject({ moved: { lead_events: 1, custom_metrics: 1 }, oldClientRemoved: false });
		expect(await rowsByClient()).toEqual(before);
		await target.loadAs('hubspot', company('1:42'));
		expect(await clients()).toMatchObject([
			{ clientId: 'xero:org-1', links: [] },
			{ clientId: 'hubspot:1:42', clientName: 'Company 1:42' },
		]);
		await expect(operate('unlink', place)).rejects.toThrow(/"1:42" of this provider is not linked/);
	});

	it('keeps the old client where rows of another source are its own', async () => {
		const own = month('2026-05-31', '1.00');
		const hubspot = { externalId: '', clientId: 'hubspot:1:42', clientName: 'Company', industry: null };
		await target.loadAs('manual', [{ ...own, client: hubspot, row: { ...own.row, sourceSystem: 'manual' } }]);
		const [linked] = await operate('link', {
			...{ provider: 'hubspot', externalId: '1:42' },
			clientKpiId: await idOf('xero:org-1'),
		});
		expect(linked).toMatchObject({ oldClientRemoved: false });
		expect(await rowsByClient()).toContain('month 2026-05-31 manual → hubspot:1:42');
	});

	it('takes everything along when it is linked again to another client', async () => {
		await target.load([of('org-2', month('2026-06-30', '6.00'))]);
		const place = { provider: 'hubspot', externalId: '1:42' };
		await operate('link', { ...place, clientKpiId: await idOf('xero:org-1') });
		const [second] = await operate('link', { ...place, clientKpiId: await idOf('xero:org-2') });
		expect(second).toMatchObject({ moved: { lead_events: 1, custom_metrics: 1 }, oldClientRemoved: false });
		expect((await rowsByClient()).slice(0, 2)).toEqual([
			'deal 7:1 hubspot → xero:org-2',
			'metric calls hubspot → xero:org-2',
		]);
	});
});

describe('a link that cannot be', () => {
	beforeEach(async () => {
		await target.load([of('org-1', month('2026-06-30', '5.00')), of('org-2', month('2026-06-30', '6.00'))]);
	});

	/** What is refused leaves everything as it was. */
	async function refused(parameters: object, words: RegExp): Promise<void> {
		const before = [await rowsByClient(), await clients()];
		await expect(operate('link', parameters)).rejects.toThrow(words);
		expect([await rowsByClient(), await clients()]).toEqual(before);
	}

	it('a second account of the provider that the client itself is of', async () => {
		const clientKpiId = await idOf('xero:org-1');
		await refused(
			{ externalId: 'org-2', clientKpiId },
			/"Client org-1" already has "org-1" of this provider/,
		);
	});

	it('a second one of a provider', async () => {
		await target.loadAs('hubspot', company('1:42'));
		const clientKpiId = await idOf('hubspot:1:42');
		await operate('link', { externalId: 'org-1', clientKpiId });
		await refused({ externalId: 'org-2', clientKpiId }, /already has "org-1" of this provider/);
	});

	it('rows with the same keys', async () => {
		const [deal] = company('1:43');
		await target.loadAs('hubspot', [
			...company('1:42'),
			{ ...deal!, client: { ...deal!.client, externalId: '', clientId: 'mine' } },
		]);
		const clientKpiId = await idOf('mine');
		await refused(
			{ provider: 'hubspot', externalId: '1:42', clientKpiId },
			/Nothing was moved because the client .* already has rows of lead_events with the same keys/,
		);
	});

	it.each([
		[
			'to itself',
			{ externalId: 'org-1', clientKpiId: 'own' },
			/"org-1" of this provider already is this client/,
		],
		['to nobody', { externalId: 'org-2', clientKpiId: 'nobody' }, /no client "nobody" of this tenant/],
		['of nothing', { externalId: ' ', clientKpiId: 'own' }, /There is no external ID/],
		['to no client', { externalId: 'org-2' }, /No client is chosen/],
	])(
		'%s',
		async (_what, { externalId, clientKpiId }: { externalId: string; clientKpiId?: string }, words) => {
			const id = clientKpiId === 'own' ? await idOf('xero:org-1') : clientKpiId;
			await refused({ externalId, clientKpiId: id }, words);
		},
	);

	it('rejects a link to another tenant’s client', async () => {
		const other = await loadTarget(database, 'Other');
		await other.load([of('org-9', month('2026-06-30', '5.00'))]);
		const { rows } = await database.admin.query<{ id: string }>(
			"select id from client_kpis where client_id = 'xero:org-9'",
		);
		await refused(
			{ provider: 'hubspot', externalId: '1', clientKpiId: rows[0]!.id },
			/no client .* of this tenant/,
		);
	});
});

it('a link made while rows are being loaded loses none and leaves none behind', async () => {
	await target.load([of('org-1', month('2026-06-30', '5.00'))]);
	const clientKpiId = await idOf('xero:org-1');
	const place = { provider: 'hubspot', externalId: '1:42' };
	for (let round = 0; round < 5; round++) {
		await Promise.all([
			target.loadAs('hubspot', company('1:42')),
			operate('link', { ...place, clientKpiId }),
			target.loadAs('hubspot', company('1:42')),
		]);
		expect((await rowsByClient()).slice(0, 2)).toEqual([
			'deal 7:1 hubspot → xero:org-1',
			'metric calls hubspot → xero:org-1',
		]);
		await operate('unlink', place);
	}
});
