// `npm run demo`: the bundled workflows in n8n's own engine, from a sandbox of the providers into an embedded PostgreSQL.
import { say, withProgress } from '../../scripts/progress.mjs';
import { closeEngine, runWorkflow, type EngineRun } from '../support/n8n/engine';
import { Scenario } from '../support/n8n/scenario';
import { demonstrate } from './demonstrate';
import { optionsFrom, untilInterrupted, type Options } from './options';
import { asJson, asText, isGood } from './report';
import { setStage, type Stage } from './stage';
import { spreadsheet, WRITTEN_AS } from './upload';
import { uploadWorkflow } from '../support/n8n/upload-workflow';

async function main(options: Options): Promise<boolean> {
	const stage = await withProgress('Starting PostgreSQL and the provider sandbox', setStage);
	try {
		const scenario = new Scenario(stage.warehouse, stage.sandbox);
		const demonstration = await show(scenario);
		process.stdout.write(`${options.json ? asJson(demonstration) : asText(demonstration)}\n`);
		if (!options.once) {
			say(whereItIs(stage, scenario));
			await untilInterrupted();
		}
		return isGood(demonstration);
	} finally {
		await closeEngine();
		await stage.close();
	}
}

async function show(scenario: Scenario) {
	await withProgress('Setting the database up', async () => executionOf(await scenario.run('zixly-setup')));
	say('The workflow zixly-setup made the schema; the sync workflows now read two tenants’ data, twice.');
	return await demonstrate(scenario, {
		sync: async (provider) => executionOf(await scenario.sync({}, provider)),
		upload: async ({ id }) => {
			const { credentials } = scenario;
			return executionOf(
				await runWorkflow(uploadWorkflow(id, WRITTEN_AS), { credentials, input: spreadsheet() as never[] }),
			);
		},
	});
}

function executionOf({ executionId, error }: EngineRun): string {
	if (error) throw new Error(`${error.node}: ${error.message} ${error.description ?? ''}`);
	return executionId;
}

function whereItIs({ adminUrl, sandbox }: Stage, { tenants }: Scenario): string {
	return `
Where it all is, until Ctrl-C:
  PostgreSQL   ${adminUrl}
  sandbox      ${sandbox.url}
  tenants      ${[...new Set(tenants.map(({ id, name }) => `${name} ${id}`))].join('\n               ')}
  to look      psql "${adminUrl}" -c 'select client_name, record_date, revenue, expenses, net_profit from financials f join client_kpis c on c.id = f.client_kpi_id order by 1, 2'
  the editor   npm run n8n`;
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
