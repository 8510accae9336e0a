import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { setStage, type Stage } from '../../demo/stage';
import { bundledWorkflow, CHECKOUT, type WorkflowFile } from '../../support/checkout';
import { RealN8n, type N8nServer } from '../../support/n8n/real-n8n';
import { Scenario } from '../../support/n8n/scenario';
import { openPage } from '../editor';
import { EditorPage } from './editor-page';
import { panelsWorkflow } from './panels-workflow';

/** A real n8n as a newcomer has it after the import, before anything was run: credentials, workflows, an empty database. */
export interface Scene {
	stage: Stage;
	n8n: RealN8n;
	server: N8nServer;
	scenario: Scenario;
	/** Signed in as the owner. */
	editor: EditorPage;
	close(): Promise<void>;
}

export async function setScene(): Promise<Scene> {
	const stage = await setStage();
	const n8n = await RealN8n.create({ database: await stage.createDatabase('n8n') });
	const scenario = new Scenario(stage.warehouse, stage.sandbox);
	await n8n.importCredentials(scenario.credentials);
	await n8n.importWorkflows([...everyWorkflow(`${stage.sandbox.url}/ecb`), panelsWorkflow()]);
	const server = await n8n.start();
	const { page, close } = await openPage(server);
	await page.setViewportSize({ width: 1440, height: 810 });
	return {
		...{ stage, n8n, server, scenario, editor: new EditorPage(page, server.browserUrl) },
		async close() {
			await close();
			await n8n.close();
			await stage.close();
		},
	};
}

function everyWorkflow(bank: string): WorkflowFile[] {
	const ids = readdirSync(join(CHECKOUT, 'workflows')).map((file) => basename(file, '.json'));
	return ids.map((id) => (id === RATES ? ratesFrom(bank) : bundledWorkflow(id)));
}

const RATES = 'zixly-exchange-rates';

/** The European Central Bank is outside: another one takes its place. */
export function ratesFrom(baseUrl: string): WorkflowFile {
	const workflow = bundledWorkflow(RATES);
	const load = workflow.nodes.find(({ name }) => name === 'Load Exchange Rates')!;
	load.parameters.options = { baseUrl };
	return workflow;
}
