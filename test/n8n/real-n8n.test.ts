import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { setStage, type Stage } from '../demo/stage';
import { bookedRuns, everyRow, imbalances, rowVersions } from '../support/database/stored';
import { bundledWorkflow, CHECKOUT } from '../support/checkout';
import { ASANA_TIMEZONE, differences } from '../support/expect/differences';
import { RealN8n, type N8nServer } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import { browser, withEditor } from './editor';
import { everyFile } from './secrets';
import { expectWithMessage } from '../support/expect/expectations';

const NODES = ['connect', 'database', 'extract', 'integrations', 'postgresUpsert', 'transformNormalize'];
const WORKFLOWS = readdirSync(join(CHECKOUT, 'workflows')).map((file) => file.replace(/\.json$/, ''));

/** One n8n from the first import to the last look: each test goes on from what the one before left. */
describe('a real n8n with the packed package', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let scenario: Scenario;
	let server: N8nServer;
	const printed: string[] = [];

	beforeAll(async () => {
		stage = await setStage();
		n8n = await RealN8n.create({
			database: await stage.createDatabase('n8n'),
			env: { N8N_LOG_LEVEL: 'debug' },
		});
		scenario = new Scenario(stage.warehouse, stage.sandbox);
		await n8n.importCredentials(scenario.credentials);
	});

	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	/** Runs a workflow by n8n's command line and fails with n8n's own words. */
	async function execute(id: string) {
		const execution = await n8n.execute(id);
		printed.push(execution.stdout, execution.stderr);
		expectWithMessage(execution.code, execution.stdout.slice(-3000) + execution.stderr.slice(-3000)).toBe(0);
		return execution;
	}

	it('loads every node and credential type without a warning of ours', async () => {
		const file = join(n8n.userFolder, 'nodes.json');
		const result = await n8n.cli(['export:nodes', `--output=${file}`]);
		printed.push(result.stdout, result.stderr);
		expect(result.code).toBe(0);
		const types = JSON.parse(await readFile(file, 'utf8')) as Array<{ name: string; iconUrl?: unknown }>;
		const ours = types.filter(({ name }) => name.startsWith('n8n-nodes-zixly.'));
		expect(ours.map(({ name }) => name)).toEqual(
			expect.arrayContaining(NODES.map((name) => `n8n-nodes-zixly.${name}`)),
		);
		expect(ours.filter(({ iconUrl }) => !iconUrl)).toEqual([]);
		expect(warningsAbout('zixly', result.stdout + result.stderr)).toEqual([]);
	});

	it('imports the bundled workflows as they are', async () => {
		await n8n.importWorkflowFolder(join(CHECKOUT, 'workflows'));
		const file = join(n8n.userFolder, 'exported.json');
		expect((await n8n.cli(['export:workflow', '--all', `--output=${file}`])).code).toBe(0);
		const exported = JSON.parse(await readFile(file, 'utf8')) as Array<ReturnType<typeof bundledWorkflow>>;
		for (const id of WORKFLOWS) {
			const { nodes, connections, settings, name } = bundledWorkflow(id);
			expect(exported.find((workflow) => workflow.id === id)).toMatchObject({
				name,
				nodes,
				connections,
				settings,
			});
		}
	});

	it('sets the database up by the command line, twice without harm', async () => {
		await execute('zixly-setup');
		await execute('zixly-setup');
		const { rows } = await stage.warehouse.admin.query('select name from tenants');
		expect(rows).toEqual([]);
	});

	it('syncs by the command line, and writes nothing the second time', async () => {
		await scenario.connect('Harbour Group', 'harbour');
		await scenario.connect('Southern Group', 'southern');
		await execute('zixly-sync-xero');
		for (const tenant of scenario.tenants) {
			expect(await differences(stage.warehouse.admin, stage.sandbox, tenant)).toEqual([]);
		}
		const written = await rowVersions(stage.warehouse.admin);
		await execute('zixly-sync-xero');
		expect(await rowVersions(stage.warehouse.admin)).toEqual(written);
		const runs = await bookedRuns(stage.warehouse.admin);
		expect(runs.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
		expect(runs.flatMap(imbalances)).toEqual([]);
	});

	it.each([
		['asana', 'harbour', { timezone: ASANA_TIMEZONE }],
		['hubspot', 'harbour', {}],
		['myob', 'bakehouse', {}],
		['pipedrive', 'harbour', {}],
	])('syncs %s by the command line too', async (provider, consent, metadata) => {
		const tenant = await scenario.connect(`Owner of ${provider}`, consent, provider, metadata);
		await execute(`zixly-sync-${provider}`);
		expect(await differences(stage.warehouse.admin, stage.sandbox, tenant)).toEqual([]);
		const runs = (await bookedRuns(stage.warehouse.admin)).filter((run) => run.provider === provider);
		expect(runs.map(({ status }) => status)).toEqual(['succeeded']);
		expect(runs.flatMap(imbalances)).toEqual([]);
	});

	it('starts its server without a warning of ours', async () => {
		server = await n8n.start();
		expect(warningsAbout('zixly', server.log())).toEqual([]);
	});

	it.each([
		['zixlyPostgres', {}, 'OK', /schema|version|1\.0/i],
		['zixlyPostgres', { port: 1 }, 'Error', /./],
		['zixlyPostgres', { user: 'nobody_of_that_name' }, 'Error', /./],
		['zixlyTokenKey', {}, 'OK', /./],
		['zixlyTokenKey', { activeKey: 'too short' }, 'Error', /./],
	])('tests the credential %s from the dialog, changed by %j: %s', async (id, change, status, message) => {
		const credential = scenario.credentials.find((candidate) => candidate.id === id);
		const session = await server.signIn();
		const answer = await session.rest<{ status: string; message: string }>('POST', 'credentials/test', {
			credentials: { ...credential, data: { ...credential?.data, ...change } },
		});
		expectWithMessage(answer.status, answer.message).toBe(status);
		expect(answer.message).toMatch(message);
		printed.push(JSON.stringify(answer));
	});

	it('syncs by schedule once it is published', async () => {
		const often = bundledWorkflow('zixly-sync-xero');
		const schedule = often.nodes.find(({ type }) => type.endsWith('scheduleTrigger'));
		if (schedule) schedule.parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 3 }] } };
		await stage.warehouse.admin.query(`update integrations set last_sync_at = now() - interval '7 hours'`);
		await n8n.importWorkflows([{ ...often, id: 'zixly-sync-often', name: 'Often' }]);
		await n8n.publish('zixly-sync-often');
		const ofXero = async () =>
			(await bookedRuns(stage.warehouse.admin)).filter(({ provider }) => provider === 'xero');
		await until(async () => (await ofXero()).length === 6);
		await until(async () =>
			(await bookedRuns(stage.warehouse.admin)).every(({ status }) => status === 'succeeded'),
		);
		expect((await n8n.cli(['unpublish:workflow', '--id=zixly-sync-often'])).code).toBe(0);
	});

	(browser ? it : it.skip)(
		'opens in the editor with every node known, and syncs at the press of the button',
		async () => {
			const { nodes } = bundledWorkflow('zixly-sync-xero');
			const names = nodes.filter(({ type }) => !type.endsWith('stickyNote')).map(({ name }) => name);
			const before = (await bookedRuns(stage.warehouse.admin)).length;
			await withEditor(server, 'zixly-sync-xero', async (page) => {
				for (const name of names) await page.getByText(name, { exact: true }).first().waitFor();
				expect(await page.getByText('Install this node').count()).toBe(0);
				await page.click('[data-test-id="execute-workflow-button"]');
				await page.getByText('Workflow executed successfully').waitFor();
			});
			const runs = await bookedRuns(stage.warehouse.admin);
			expect(runs).toHaveLength(before + 2);
			expect(runs.every(({ status }) => status === 'succeeded')).toBe(true);
		},
	);

	it('keeps every planted secret out of n8n’s database, files and log, and out of our own tables', async () => {
		const books = await everyRow(stage.adminOf('n8n'));
		const heard = [books, await everyRow(stage.warehouse.admin), server.log(), ...printed];
		heard.push(await everyFile(n8n.userFolder));
		const text = heard.join('\n');
		for (const known of ['Zixly Sync Xero', 'Harbour Group', 'Editor is now accessible'])
			expect(text).toContain(known);
		for (const secret of scenario.secrets()) expect(text).not.toContain(secret);
	});
});

function warningsAbout(word: string, log: string): string[] {
	const lines = log.split('\n').filter((line) => line.toLowerCase().includes(word));
	return lines.filter((line) => /warn|error|fail|could not|deprecat/i.test(line));
}

async function until(condition: () => Promise<boolean>, seconds = 180): Promise<void> {
	const end = Date.now() + seconds * 1000;
	while (!(await condition())) {
		if (Date.now() > end) throw new Error(`It did not come to it within ${seconds} s.`);
		await wait(250);
	}
}
