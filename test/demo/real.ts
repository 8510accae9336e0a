// `npm run n8n`: the demo in a real n8n with its editor, the package installed as n8n's own installer does it.
import { join } from 'node:path';

import { say, withProgress } from '../../scripts/progress.mjs';
import { CHECKOUT } from '../support/checkout';
import { RealN8n, type Execution, type N8nServer } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import { demonstrate } from './demonstrate';
import { optionsFrom, untilInterrupted, type Options } from './options';
import { asJson, asText, isGood } from './report';
import { setStage, type Stage } from './stage';

async function main(options: Options): Promise<boolean> {
	const stage = await withProgress('Starting PostgreSQL and the provider sandbox', setStage);
	try {
		const database = await stage.createDatabase('n8n');
		const n8n = await withProgress('Installing the package into n8n', () => RealN8n.create({ database }));
		try {
			const scenario = new Scenario(stage.warehouse, stage.sandbox);
			const demonstration = await show(n8n, scenario);
			process.stdout.write(`${options.json ? asJson(demonstration) : asText(demonstration)}\n`);
			if (!options.once) await stayUp(n8n, stage);
			return isGood(demonstration);
		} finally {
			await n8n.close();
		}
	} finally {
		await stage.close();
	}
}

async function show(n8n: RealN8n, scenario: Scenario) {
	await withProgress('Importing the credentials and workflows by n8n’s command line', async () => {
		await n8n.importCredentials(scenario.credentials);
		await n8n.importWorkflowFolder(join(CHECKOUT, 'workflows'));
	});
	await withProgress('Running zixly-setup', async () => succeeded(await n8n.execute('zixly-setup')));
	return await demonstrate(scenario, {
		sync: async (provider) => {
			succeeded(await n8n.execute(`zixly-sync-${provider}`));
			return await latestExecution(scenario);
		},
	});
}

function succeeded({ code, stdout, stderr }: Execution): void {
	if (code !== 0)
		throw new Error(`n8n execute ended with ${code}:\n${stdout.slice(-4000)}${stderr.slice(-4000)}`);
}

/** n8n numbers its executions; the run's own books say which one it was. */
async function latestExecution({ warehouse }: Scenario): Promise<string> {
	const { rows } = await warehouse.admin.query<{ execution_id: string }>(
		'select execution_id from etl.sync_runs order by started_at desc limit 1',
	);
	if (!rows[0]) throw new Error('The sync claimed no integration.');
	return rows[0].execution_id;
}

async function stayUp(n8n: RealN8n, { adminUrl, sandbox }: Stage): Promise<void> {
	const server = await withProgress('Starting n8n’s server', () => n8n.start());
	say(whereItIs(server, adminUrl, sandbox.url));
	await Promise.race([untilInterrupted(), server.ended]);
}

function whereItIs({ browserUrl, owner }: N8nServer, databaseUrl: string, sandboxUrl: string): string {
	return `
n8n is up, until Ctrl-C:
  editor       ${browserUrl}/workflow/zixly-sync-xero
  sign in      ${owner.email}   ${owner.password}
  PostgreSQL   ${databaseUrl}
  sandbox      ${sandboxUrl}
Open the workflow and press "Execute workflow": every tenant is read again, and no row is written that is right already.`;
}

main(optionsFrom(process.argv.slice(2))).then(
	(good) => {
		process.exitCode = good ? 0 : 1;
	},
	(error: Error) => {
		say(error.message);
		process.exitCode = 1;
	},
);
