import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createTenant } from '../../db/integrations/tenants';
import { migrate } from '../../db/schema/migrate';
import { setStage, type Stage } from '../demo/stage';
import { answersDuring } from '../support/n8n/answering';
import { RealN8n, type N8nServer } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import { upload, type ResultPage } from '../support/n8n/upload-form';
import { OPEN_UPLOAD, openUploadWorkflow } from '../support/n8n/upload-workflow';
import { xlsxOf } from '../support/upload/xlsx';

const HEADER = ['Client ID', 'Metric', 'Value', 'Date'];
const MANY = 100_000;

/**
 * n8n's breaking changes of 2.0 call `default`, which keeps files in memory, removed. 2.41.1 still takes it, and says that
 * 3.0 will not.
 */
describe.each(['filesystem', 'database', 'default'])('the form, with binary data kept as %s', (mode) => {
	let stage: Stage;
	let n8n: RealN8n;
	let server: N8nServer;

	beforeAll(async () => {
		stage = await setStage();
		await migrate(stage.warehouse.settings);
		await createTenant(stage.warehouse.pool, { name: 'Harbour Group' });
		const database = await stage.createDatabase('n8n');
		n8n = await RealN8n.create({ database, env: { N8N_DEFAULT_BINARY_DATA_MODE: mode } });
		await n8n.importCredentials(new Scenario(stage.warehouse, stage.sandbox).credentials);
		await n8n.importWorkflows([openUploadWorkflow()]);
		await n8n.publish(OPEN_UPLOAD);
		server = await n8n.start();
	});
	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	const load = async (file: File): Promise<ResultPage> =>
		await upload(server, OPEN_UPLOAD, { tenant: 'Harbour Group', file });

	async function stored(prefix: string): Promise<{ rows: number; sum: string | null }> {
		const { rows } = await stage.warehouse.admin.query<{ rows: number; sum: string | null }>(
			`select count(*)::int as rows, sum(m.metric_value) as sum from custom_metrics m
			join client_kpis k on k.id = m.client_kpi_id where k.client_id like $1 || '%'`,
			[prefix],
		);
		return rows[0]!;
	}

	const workbook = (rows: string[][], data?: string): File =>
		new File([new Uint8Array(xlsxOf({ sheets: [{ name: 'S', rows, data }] }))], 'metrics.xlsx');

	it.each([
		[
			'CSV',
			new File([[HEADER, ['CSV-1', 'M', '7.5', '2026-06-30']].map((row) => row.join()).join('\n')], 'm.csv'),
		],
		['XLSX', workbook([HEADER, ['XLSX-1', 'M', '7.5', '2026-06-30']])],
	])('reads a file of %s and stores its rows', async (kind, file) => {
		expect((await load(file)).lines[0]).toBe('1 row for Harbour Group: 1 new.');
		expect(await stored(`${kind}-`)).toEqual({ rows: 1, sum: '7.5000' });
	});

	it('leaves n8n answering while a hostile workbook is read', async () => {
		const file = workbook([], `<row/>${' '.repeat(150 * 1_048_576)}`);
		const { result, answers } = await answersDuring(server, load(file));
		expect(answers).toBeGreaterThan(0);
		expect(result.title).toBe('Nothing was loaded');
	});

	it('leaves n8n answering while a hundred thousand rows are read, transformed and stored', async () => {
		const lines = Array.from(
			{ length: MANY },
			(_, index) => `MANY-${index % 400},Metric ${Math.floor(index / 400)},${index},2026-06-30`,
		);
		const file = new File([[HEADER.join(), ...lines].join('\n')], 'metrics.csv');
		const kept = new Set<boolean>();
		const look = async (): Promise<void> => {
			const { rows } = await stage.adminOf('n8n').query('select from binary_data limit 1');
			kept.add(rows.length > 0);
		};
		const { result, answers } = await answersDuring(server, load(file), look);
		expect(result.lines[0]).toBe(`${MANY} rows for Harbour Group: ${MANY} new.`);
		expect(answers).toBeGreaterThan(1);
		// The file really lay where the mode says.
		expect(kept.has(true)).toBe(mode === 'database');
		expect(await stored('MANY-')).toEqual({ rows: MANY, sum: `${(MANY * (MANY - 1)) / 2}.0000` });
	});
});
