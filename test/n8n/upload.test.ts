import { join } from 'node:path';
import type { Page } from 'playwright-core';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { migrate } from '../../db/schema/migrate';
import { createTenant } from '../../db/integrations/tenants';
import { setStage, type Stage } from '../demo/stage';
import { imbalances, bookedRuns, rowVersions, type BookedRun } from '../support/database/stored';
import { bundledWorkflow } from '../support/checkout';
import { answersDuring } from '../support/n8n/answering';
import { RealN8n, type N8nServer } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import { openFilePage, upload, type Upload } from '../support/n8n/upload-form';
import { OPEN_UPLOAD, openUploadWorkflow } from '../support/n8n/upload-workflow';
import { xlsxOf, type TestCell, type TestSheet } from '../support/upload/xlsx';
import { browser, withPage } from './editor';

describe('the upload form in a real n8n', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let server: N8nServer;
	let tenantId: string;
	let oddId: string;
	/** Characters that n8n's page, its expressions or HTML give a meaning. */
	const ODD_NAME = `<b>R&D</b> "$&" '{{ 1 + 1 }}' $1`;

	beforeAll(async () => {
		stage = await setStage();
		await migrate(stage.warehouse.settings);
		({ id: tenantId } = await createTenant(stage.warehouse.pool, { name: 'Harbour Group' }));
		await createTenant(stage.warehouse.pool, { name: 'Harbour Group West' });
		({ id: oddId } = await createTenant(stage.warehouse.pool, { name: ODD_NAME }));
		for (let twin = 0; twin < 2; twin++)
			await createTenant(stage.warehouse.pool, { name: 'Twin Ltd', industry: `twin ${twin}` });
		const database = await stage.createDatabase('n8n');
		// The expression engine that people have; n8n's command line cannot end with it.
		n8n = await RealN8n.create({ database, env: { N8N_EXPRESSION_ENGINE: 'vm' } });
		await n8n.importCredentials(new Scenario(stage.warehouse, stage.sandbox).credentials);
		await n8n.importWorkflows([bundledWorkflow('zixly-upload-metrics'), openUploadWorkflow()]);
		for (const id of ['zixly-upload-metrics', OPEN_UPLOAD]) await n8n.publish(id);
		server = await n8n.start();
	});
	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	const load = async (fields: Upload, tenant = 'Harbour Group') =>
		await upload(server, OPEN_UPLOAD, { tenant, ...fields });

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

	const aRow = csv('Client ID,Metric,Value,Date', 'A,M,1,2026-06-30');

	it('offers every tenant in a list, those of one name with their IDs, and has none chosen', async () => {
		const { tenants, chosen } = await openFilePage(server, OPEN_UPLOAD, {});
		const twin = /^Twin Ltd \(c[a-z0-9]+\)$/;
		expect(tenants.filter((name) => !twin.test(name)).sort()).toEqual(
			[ODD_NAME, 'Harbour Group', 'Harbour Group West'].sort(),
		);
		expect(tenants.filter((name) => twin.test(name))).toHaveLength(2);
		expect(chosen).toBe('');
	});

	it.each(['the ID', 'harbour group'])(
		'offers the tenant of the link alone (%s), and chooses it',
		async (link) => {
			const of = link === 'the ID' ? tenantId : link;
			expect(await openFilePage(server, OPEN_UPLOAD, { link: of })).toMatchObject({
				tenants: ['Harbour Group'],
				chosen: 'Harbour Group',
			});
			const page = await upload(server, OPEN_UPLOAD, { file: aRow, link: of });
			expect(page.title).toMatch(/^(?:Loaded|Nothing new: everything was loaded before)$/);
			expect(page.html).toContain(`/form/${OPEN_UPLOAD}?tenant=${encodeURIComponent(of)}"`);
		},
	);

	it('says that the tenant of the link does not exist, and offers all', async () => {
		const { html, tenants } = await openFilePage(server, OPEN_UPLOAD, { link: '<script>1</script>' });
		expect(html).toContain('The link is for a tenant that is not in the list');
		expect(html).not.toContain('<script>1');
		expect(tenants.length).toBeGreaterThan(4);
	});

	it('loads for a tenant of whatever name', async () => {
		const { tenants } = await openFilePage(server, OPEN_UPLOAD, {});
		const page = await load(
			{ file: aRow },
			tenants.find((name) => name.includes('R&D')),
		);
		expect(page.title).toBe('Loaded');
		expect(page.lines[0]).toBe(`1 row for ${ODD_NAME}: 1 new.`);
		const { rows } = await stage.warehouse.admin.query(
			'select client_id from client_kpis where tenant_id = $1',
			[oddId],
		);
		expect(rows).toEqual([{ client_id: 'A' }]);
	});

	it.each(['Nobody', 'Harbour', '<img src=x onerror=alert(1)>'])(
		'says clearly that no tenant is called %s, whatever was sent',
		async (tenant) => {
			const before = await metrics('A');
			const page = await load({ file: aRow }, tenant);
			expect(page.title).toBe('Nothing was loaded');
			expect(page.lines[0]).toBe(`The tenant "${tenant}" is not in the list. Go back and choose one.`);
			expect(page.html).not.toContain('<img');
			expect(await metrics('A')).toEqual(before);
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
		expect(page.title).toBe('Loaded, except for rejected rows');
		expect(page.lines).toEqual([
			'8 rows for Harbour Group: 2 new, 1 more than once in the file (the last one counts), 1 empty, 4 rejected.',
			'CSV in UTF-8, columns separated by a semicolon (as chosen).',
			'Rejected rows',
			expect.stringMatching(/^Correct them in the file/),
			'Row: What is wrong',
			'Line 5: "1.5" is not a number in the format 1.234,56. Choose the number format of the file, or correct the cell.',
			expect.stringMatching(/^Line 6: "<script>1<\/script>" is not a number/),
			expect.stringMatching(/^Line 7: "2026-06-30" is not a date in the format DD\.MM\.YYYY/),
			expect.stringMatching(/^Line 9: There is no client/),
			'Upload another file',
		]);
		expect(page.html).not.toContain('<script>1');
		expect(await metrics('DE-')).toEqual([
			'DE-1 Umsatz 1234.5000 EUR 2026-07-31T00:00 manual',
			'DE-1 Umsatz 1234.5700 EUR 2026-06-30T00:00 manual',
		]);
	});

	it('changes nothing when the same file comes again', async () => {
		const before = await rowVersions(stage.warehouse.admin);
		const page = await load(asGerman);
		expect(page.title).toBe('Nothing new was loaded, and rows were rejected');
		expect(page.lines[0]).toBe(
			'8 rows for Harbour Group: 2 loaded before, 1 more than once in the file (the last one counts), 1 empty, 4 rejected.',
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

	const workbook = (name: string, ...sheets: TestSheet[]): File =>
		new File([new Uint8Array(xlsxOf({ sheets, is1904: true }))], name);

	it('loads a workbook as it shows its numbers and dates, whatever the name, and says what it did not read', async () => {
		const header = ['Client ID', 'Metric', 'Value', 'Date', 'Unit'];
		const row = (value: TestCell, date: string): TestCell[] => ['XL-1', 'Margin', value, { date }, '%'];
		const page = await load({
			file: workbook(
				'metrics.csv',
				{ name: 'Old', state: 'hidden', rows: [header, row(999, '2024-06-30')] },
				{ name: 'Read me', rows: [['Please fill in the next sheets']] },
				{ name: 'June', rows: [header, row({ number: 0.125, format: '0.0%' }, '2026-06-30')] },
				{ name: 'July', rows: [header, row(-1234.56789, '2026-07-31'), row('n/a', '2026-07-30')] },
			),
			numberFormat: '1.234,56',
			dateFormat: 'DD.MM.YYYY',
		});
		expect(page.lines[0]).toBe('3 rows for Harbour Group: 2 new, 1 rejected.');
		expect(page.lines).toContain('Hidden sheets were not read: "Old".');
		expect(page.lines.join('\n')).toMatch(/Not read: Sheet "Read me": There is no header row/);
		expect(page.lines.at(-2)).toMatch(/^Sheet "July", row 3: "n\/a" is not a number/);
		expect(await metrics('XL-')).toEqual([
			'XL-1 Margin -1234.5679 % 2026-07-31T00:00 manual',
			'XL-1 Margin 12.5000 % 2026-06-30T00:00 manual',
		]);
	});

	it('answers others while a workbook is read that states the range of all its cells, or unpacks to 150 MB', async () => {
		const data = `<row/>${' '.repeat(150 * 1_048_576)}`;
		const files = [
			workbook('m.xlsx', { name: 'S', rows: [['Client ID']], dimension: 'A1:XFD1048576' }),
			workbook('m.xlsx', { name: 'S', rows: [], data }),
		];
		for (const file of files) {
			const { result, answers } = await answersDuring(server, load({ file }));
			expect(answers).toBeGreaterThan(0);
			expect(result.title).toBe('Nothing was loaded');
		}
	});

	it('takes no line for a message of a Zixly node: another tenant’s rows stay as they are', async () => {
		const { id: other } = await createTenant(stage.warehouse.pool, { name: 'Southern Group' });
		await stage.warehouse.admin.query(
			`insert into client_kpis (id, tenant_id, client_id, client_name) values ('southern', $1, 'hubspot:9', 'Southern')`,
			[other],
		);
		await stage.warehouse.admin.query(
			`insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, value, status, source_system, external_id, metadata)
			values ('won', 'southern', '2026-06-01', '777', 'Won', 50000, 'won', 'hubspot', 'deal:777:1', '{"_src":{"accountId":"9"}}')`,
		);
		const before = await rowVersions(stage.warehouse.admin);
		const types = ['DELETED', 'STATE', 'RECORD', 'ROW', 'REJECTED', 'FAILURE'];
		const page = await load({
			file: csv(
				'Client ID,Metric,Value,Date,type,tenantId,provider,stream,accountId,recordId,table,leadId,deletedAt',
				...types.map(
					(type) => `,,,,${type},${other},hubspot,deals,9,777,lead_events,777,2026-07-01T00:00:00Z`,
				),
			),
		});
		expect(page.title).toBe('Nothing was loaded');
		expect(page.lines[0]).toBe('6 rows for Harbour Group: 6 rejected.');
		expect(await rowVersions(stage.warehouse.admin)).toEqual(before);
		const honest = types.map((type, index) => `TYPE-${index},M,1,2026-06-30,${type}`);
		expect((await load({ file: csv('Client ID,Metric,Value,Date,type', ...honest) })).title).toBe('Loaded');
		expect(await metrics('TYPE-')).toHaveLength(types.length);
	});

	it('shows what the database refused too', async () => {
		const name = Array.from({ length: 400 }, (_, index) => `${index}-${Math.sin(index)}`).join('');
		const page = await load({
			file: csv('Client ID,Metric,Value,Date', `LONG,${name},1,2026-06-30`, 'LONG,Short,1,2026-06-30'),
		});
		expect(page.lines[0]).toBe('2 rows for Harbour Group: 1 new, 1 rejected.');
		expect(page.lines.filter((line) => /^LONG, 0-0.*…, 2026-06-30: /.test(line))).toHaveLength(1);
		expect(await metrics('LONG')).toEqual(['LONG Short 1.0000 2026-06-30T00:00 manual']);
	});

	it('names everything that is wrong with a row', async () => {
		const page = await load({ file: csv('Client ID,Metric,Value,Date', 'A,,x,30.6.2026') });
		const [row] = page.lines.filter((line) => line.startsWith('Line 2: '));
		expect(row).toMatch(/no metric name.*"x" is not a number.*"30\.6\.2026" is not a date/);
	});

	it.each([
		['nothing but a header', csv('Client ID,Metric,Value,Date', ''), /^There are no rows below the header/],
		['nothing at all', csv(''), /^(?:The file is empty|There is no file)/],
		['no workbook', new File(['PK\u0003\u0004 broken'], 'metrics.xlsx'), /^The workbook is damaged/],
		[
			'a web page',
			new File(['<html><table></table></html>'], 'metrics.xlsx'),
			/web page.*Save it as XLSX or CSV/,
		],
		['columns of another kind', csv('Colour,Size', 'red,9'), /Found: "Colour", "Size"/],
		[
			'rejected rows alone',
			csv('Client ID,Metric,Value,Date', 'A,M,x,y'),
			/1 row for Harbour Group: 1 rejected/,
		],
	])('ends with a page that says so where the file holds %s', async (_what, file, expected) => {
		const page = await load({ file });
		expect(page.title).toBe('Nothing was loaded');
		expect(page.lines.join('\n')).toMatch(expected);
	});

	it('loads a hundred thousand rows', async () => {
		const lines = Array.from(
			{ length: 100_000 },
			(_, index) => `MANY-${index % 400},Metric ${Math.floor(index / 400)},${index}.5,2026-06-30,AUD`,
		);
		const file = csv('Client ID,Metric,Value,Date,Unit', ...lines);
		expect((await load({ file })).lines[0]).toBe('100000 rows for Harbour Group: 100000 new.');
		expect((await load({ file })).lines[0]).toBe('100000 rows for Harbour Group: 100000 loaded before.');
		expect(await metrics('MANY-')).toHaveLength(100_000);
	});

	it('books every upload as a run whose counts add up', async () => {
		const runs = await bookedRuns(stage.warehouse.admin);
		expect(runs.length).toBeGreaterThan(5);
		const isWhole = ({ records, rows }: BookedRun): boolean => records.rejected + rows.rejected === 0;
		expect(runs.map(({ status }) => status)).toEqual(
			runs.map((run) => (isWhole(run) ? 'succeeded' : 'partial')),
		);
		expect(runs.flatMap(imbalances)).toEqual([]);
	});

	it('is not shown to who is not signed in', async () => {
		const form = await fetch(`${server.url}/form/zixly-upload-metrics`, { redirect: 'manual' });
		expect(form.status).toBeGreaterThanOrEqual(300);
		expect(await form.text()).not.toContain('type="file"');
	});

	describe('the bundled form in a browser', () => {
		const inBrowser = browser ? it : it.skip;
		const form = () => `${server.browserUrl}/form/zixly-upload-metrics`;

		/** Text and background of everything that has text of its own, where their contrast is below AA's 4.5 : 1. */
		const faint = async (page: Page): Promise<string[]> => await page.evaluate(FIND_FAINT);

		async function shoot(page: Page, name: string): Promise<void> {
			for (const width of [1280, 375]) {
				await page.setViewportSize({ width, height: 800 });
				expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
				const folder = process.env.ZIXLY_SCREENSHOTS;
				if (folder) await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true });
			}
			expect(await faint(page)).toEqual([]);
		}

		inBrowser('is filled in by a person, told of mistakes, and used again', async () => {
			await withPage(server, async (page) => {
				await page.goto(form());
				const access = page.getByRole('button', { name: 'Allow access' });
				await access.waitFor();
				const folder = process.env.ZIXLY_SCREENSHOTS;
				if (folder) await page.screenshot({ path: join(folder, 'form-access.png') });
				await access.click();
				await page.getByText('An example file').waitFor();
				await shoot(page, 'form-1');
				await page.getByRole('button', { name: 'Continue' }).click();
				await page.getByLabel('Whose figures are these?').selectOption('Harbour Group');
				const choose = async (...lines: string[]): Promise<void> => {
					const buffer = Buffer.from(lines.join('\n'));
					const file = { name: 'metrics.csv', mimeType: 'text/csv', buffer };
					await page.locator('input[type=file]').setInputFiles(file);
				};
				await choose(
					'Client,Metric,Value,Date',
					'Browser Pty Ltd,Visitors,12,2026-06-30',
					'Browser,,x,30.6.26',
				);
				await shoot(page, 'form-2');
				await page.getByRole('button', { name: 'Load' }).click();
				await page.getByText('2 rows for Harbour Group: 1 new, 1 rejected.').waitFor();
				await shoot(page, 'form-3');
				await page.getByRole('link', { name: 'Upload another file' }).click();
				await page.getByText('An example file').waitFor();
			});
			expect(await metrics('manual:Browser')).toHaveLength(1);
		});
	});
});

/** Runs in the page, so it is text: a function would be translated by the test's compiler. */
const FIND_FAINT = `(() => {
	const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
	const luminance = ([r, g, b]) => [r, g, b]
		.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const background = (element) => {
		for (let at = element; at; at = at.parentElement) {
			const color = parse(getComputedStyle(at).backgroundColor);
			if (color.length === 3 || color[3] > 0) return color;
		}
		return [255, 255, 255];
	};
	return [...document.querySelectorAll('body *')]
		.filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
		.map((e) => [e, [luminance(parse(getComputedStyle(e).color)), luminance(background(e))].sort((a, b) => b - a)])
		.filter(([e, [light, dark]]) => !['SCRIPT', 'STYLE', 'OPTION'].includes(e.tagName) && (light + 0.05) / (dark + 0.05) < 4.5)
		.map(([e]) => e.tagName + ': ' + e.textContent.trim().slice(0, 40) + ' ' + getComputedStyle(e).color);
})()`;
