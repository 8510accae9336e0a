import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { migrate } from '../../db/migrate';
import { createTenant } from '../../db/tenants';
import { setStage, type Stage } from '../demo/stage';
import { imbalances, bookedRuns, rowVersions } from '../support/books';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { RealN8n, type N8nServer } from '../support/real-n8n';
import { Scenario } from '../support/scenario';
import { upload, type Upload } from '../support/upload-form';
import { browser, withPage } from './editor';

const OPEN = 'zixly-upload-open';

/** The bundled workflow, open to everybody: nobody is there to sign in and to consent. */
function openWorkflow(): WorkflowFile {
	const workflow = { ...bundledWorkflow('zixly-upload-metrics'), id: OPEN, name: 'Open Upload' };
	const [form] = workflow.nodes.filter(({ type }) => type.endsWith('formTrigger'));
	form!.parameters = { ...form!.parameters, authentication: 'none', options: { path: OPEN } };
	form!.webhookId = 'open-upload';
	return workflow;
}

describe('the upload form in a real n8n', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let server: N8nServer;
	let tenantId: string;

	beforeAll(async () => {
		stage = await setStage();
		await migrate(stage.warehouse.settings);
		({ id: tenantId } = await createTenant(stage.warehouse.pool, { name: 'Harbour Group' }));
		await createTenant(stage.warehouse.pool, { name: 'Harbour Group West' });
		const database = await stage.createDatabase('n8n');
		// The expression engine that people have; n8n's command line cannot end with it.
		n8n = await RealN8n.create({ database, env: { N8N_EXPRESSION_ENGINE: 'vm' } });
		await n8n.importCredentials(new Scenario(stage.warehouse, stage.sandbox).credentials);
		await n8n.importWorkflows([bundledWorkflow('zixly-upload-metrics'), openWorkflow()]);
		for (const id of ['zixly-upload-metrics', OPEN]) await n8n.publish(id);
		server = await n8n.start();
	});
	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	const load = async (fields: Omit<Upload, 'tenant'>, tenant = 'harbour group') =>
		await upload(server, OPEN, { tenant, ...fields });

	const csv = (...lines: string[]): File =>
		new File([lines.join('\r\n')], 'metrics.csv', { type: 'text/csv' });

	async function metrics(prefix: string): Promise<string[]> {
		const { rows } = await stage.warehouse.admin.query<{ line: string }>(
			`select concat_ws(' ', k.client_id, m.metric_name, m.metric_value, m.unit, to_char(m.record_date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI'), m.source_system) as line
			from custom_metrics m join client_kpis k on k.id = m.client_kpi_id
			where k.tenant_id = $1 and k.client_id like $2 || '%' order by 1`,
			[tenantId, prefix],
		);
		return rows.map(({ line }) => line);
	}

	it.each(['Nobody', 'Harbour', '<img src=x onerror=alert(1)>'])(
		'says clearly that there is no tenant called %s',
		async (tenant) => {
			const page = await load({ file: csv('Client ID,Metric,Value,Date', 'A,M,1,2026-06-30') }, tenant);
			expect(page.title).toBe('Nothing was loaded');
			expect(page.lines.join()).toContain(`is called "${tenant}"`);
			expect(page.html).not.toContain('<img');
			expect(await metrics('A')).toEqual([]);
		},
	);

	const german = csv(
		'\uFEFFKundennummer;Kunde;Kennzahl;Wert;Einheit;Datum',
		'DE-1;Bäckerei "Süß";Umsatz;1.234,56;EUR;30.06.2026',
		'DE-1;"Bäckerei; Süß";Umsatz;1.234,50;EUR;31.07.2026',
		';;;;;',
		'DE-1;Bäckerei;Besucher;1.5;;30.06.2026',
		'DE-2;<b>Fett</b>;Umsatz;<script>1</script>;EUR;30.06.2026',
		'DE-2;Fett;Umsatz;7;EUR;2026-06-30',
		'DE-1;Bäckerei Süß;Umsatz;1.234,57;EUR;30.06.2026',
		';;Umsatz;7;EUR;30.06.2026',
	);
	const asGerman = {
		file: german,
		numberFormat: '1.234,56',
		dateFormat: 'DD.MM.YYYY',
		separator: 'Semicolon',
	};

	it('loads a CSV file, and says of each refused row its number and why', async () => {
		const page = await load(asGerman);
		expect(page.title).toBe('Loaded, but for the refused rows');
		expect(page.lines[0]).toBe(
			'8 rows: 2 new, 0 changed, 0 unchanged, 1 of them twice in the file, 1 empty, 4 refused.',
		);
		expect(page.lines.slice(2)).toEqual([
			'Row 5: "1.5" is not a number as 1.234,56. Choose the number format that the file is written in, or correct the cell.',
			expect.stringMatching(/^Row 6: "<script>1<\/script>" is not a number/),
			expect.stringMatching(/^Row 7: "2026-06-30" is not a day as DD\.MM\.YYYY/),
			expect.stringMatching(/^Row 9: There is no client/),
		]);
		expect(page.html).not.toContain('<script>1');
		expect(await metrics('DE-')).toEqual([
			'DE-1 Umsatz 1234.5000 EUR 2026-07-31T00:00 manual',
			'DE-1 Umsatz 1234.5700 EUR 2026-06-30T00:00 manual',
		]);
	});

	it('changes nothing when the same file comes again', async () => {
		const before = await rowVersions(stage.warehouse.admin);
		const page = await load(asGerman, tenantId);
		expect(page.lines[0]).toBe(
			'8 rows: 0 new, 0 changed, 2 unchanged, 1 of them twice in the file, 1 empty, 4 refused.',
		);
		expect(await rowVersions(stage.warehouse.admin)).toEqual(before);
		const { rows } = await stage.warehouse.admin.query('select attempts from etl.rejected_records');
		expect(rows).toEqual(Array(4).fill({ attempts: 2 }));
	});

	it('resolves what was refused once it comes right', async () => {
		const corrected = csv(
			'Kundennummer;Kunde;Kennzahl;Wert;Einheit;Datum',
			'DE-1;Bäckerei Süß;Besucher;1,5;;30.06.2026',
		);
		expect((await load({ ...asGerman, file: corrected })).title).toBe('Loaded');
		const { rows } = await stage.warehouse.admin.query(
			`select record_id from etl.rejected_records where resolved_at is not null`,
		);
		expect(rows).toEqual([{ record_id: 'DE-1 | Besucher | 30.06.2026' }]);
	});

	it('loads a spreadsheet, whose numbers and dates are ones already', async () => {
		const page = await load({
			file: spreadsheet(n8n, [
				['Client ID', 'Metric', 'Value', 'Date', 'Unit'],
				['XL-1', 'Margin', 0.1 + 0.2, new Date(Date.UTC(2026, 5, 30)), '%'],
				['XL-1', 'Margin', -1234.56789, new Date(Date.UTC(2024, 1, 29)), '%'],
				['XL-1', 'Margin', 'n/a', new Date(Date.UTC(2026, 6, 31)), '%'],
				['XL-1', 'Margin', '1,5', '31.08.2026', '%'],
			]),
			numberFormat: '1.234,56',
			dateFormat: 'DD.MM.YYYY',
		});
		expect(page.lines[0]).toContain('4 rows: 3 new');
		expect(page.lines.slice(2)).toEqual([expect.stringMatching(/^Row 4: "n\/a" is not a number/)]);
		expect(await metrics('XL-')).toEqual([
			'XL-1 Margin -1234.5679 % 2024-02-29T00:00 manual',
			'XL-1 Margin 0.3000 % 2026-06-30T00:00 manual',
			'XL-1 Margin 1.5000 % 2026-08-31T00:00 manual',
		]);
	});

	it('shows what the database refused too', async () => {
		const name = Array.from({ length: 400 }, (_, index) => `${index}-${Math.sin(index)}`).join('');
		const page = await load({
			file: csv('Client ID,Metric,Value,Date', `LONG,${name},1,2026-06-30`, 'LONG,Short,1,2026-06-30'),
		});
		expect(page.lines[0]).toContain('1 new');
		expect(page.lines[0]).toContain('1 refused');
		expect(page.lines).toHaveLength(3);
		expect(await metrics('LONG')).toEqual(['LONG Short 1.0000 2026-06-30T00:00 manual']);
	});

	it.each([
		['nothing but a header', csv('Client ID,Metric,Value,Date', ''), /0 new/],
		['nothing at all', csv(''), /0 new/],
		['no spreadsheet', new File(['PK\u0003\u0004 broken'], 'metrics.xlsx'), /./],
		['columns of another kind', csv('Colour,Size', 'red,9'), /Row 2: There is no client/],
	])('ends with a page where the file holds %s', async (_what, file, expected) => {
		const page = await load({ file });
		expect(page.title).not.toBe('');
		expect(page.lines.join('\n')).toMatch(expected);
	});

	it('loads a hundred thousand rows', async () => {
		const lines = Array.from(
			{ length: 100_000 },
			(_, index) => `MANY-${index % 400},Metric ${Math.floor(index / 400)},${index}.5,2026-06-30,AUD`,
		);
		const file = csv('Client ID,Metric,Value,Date,Unit', ...lines);
		expect((await load({ file })).lines[0]).toContain('100000 rows: 100000 new, 0 changed');
		expect((await load({ file })).lines[0]).toContain('100000 rows: 0 new, 0 changed, 100000 unchanged');
		expect(await metrics('MANY-')).toHaveLength(100_000);
	});

	it('books every upload as a run whose counts add up', async () => {
		const runs = await bookedRuns(stage.warehouse.admin);
		expect(runs.length).toBeGreaterThan(5);
		expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'succeeded'));
		expect(runs.flatMap(imbalances)).toEqual([]);
	});

	it('is not shown to who is not signed in', async () => {
		const form = await fetch(`${server.url}/form/zixly-upload-metrics`, { redirect: 'manual' });
		expect(form.status).toBeGreaterThanOrEqual(300);
		expect(await form.text()).not.toContain('type="file"');
	});

	it.skipIf(!browser)('is filled in by a person in a browser, as it is bundled', async () => {
		await withPage(server, async (page) => {
			await page.goto(`${server.url.replace('127.0.0.1', 'localhost')}/form/zixly-upload-metrics`);
			await page.getByRole('button', { name: 'Allow access' }).click();
			const buffer = Buffer.from('Client,Metric,Value,Date\nBrowser Pty Ltd,Visitors,12,2026-06-30\n');
			await page
				.locator('input[type=file]')
				.setInputFiles({ name: 'metrics.csv', mimeType: 'text/csv', buffer });
			await page.getByLabel('Tenant').fill('Harbour Group');
			await page.getByRole('button', { name: 'Load' }).click();
			await page.getByText('1 rows: 1 new').waitFor();
		});
		expect(await metrics('manual:Browser')).toHaveLength(1);
	});
});

interface Xlsx {
	utils: {
		aoa_to_sheet(rows: unknown[][]): object;
		book_new(): object;
		book_append_sheet(...args: unknown[]): void;
	};
	write(book: object, options: object): Buffer;
}

/** Written by the library that n8n reads spreadsheets with, dates as Excel keeps them. */
function spreadsheet({ installation }: RealN8n, rows: unknown[][]): File {
	const xlsx = createRequire(join(installation.root, 'package.json'))('@e965/xlsx') as Xlsx;
	const book = xlsx.utils.book_new();
	xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows), 'Metrics');
	const content = xlsx.write(book, { type: 'buffer', bookType: 'xlsx', UTC: true });
	return new File([new Uint8Array(content)], 'metrics.xlsx');
}
