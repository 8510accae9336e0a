import type { IDataObject } from 'n8n-workflow';

import type { WorkflowFile } from '../../support/checkout';

const PROVIDERS = ['asana', 'hubspot', 'pipedrive', 'myob', 'xero'];

export const PANELS = 'zixly-scene-panels';

/** Nodes as a person adds them, whose panels are looked at. */
export function panelsWorkflow(): WorkflowFile {
	const nodes = [
		node('Link Client', 'database', { resource: 'client', operation: 'link' }),
		node('Get Alerts', 'integrations', { resource: 'sync', operation: 'getHealth', show: 'alerts' }),
		node('Get Health', 'integrations', { resource: 'sync', operation: 'getHealth' }),
		node('Get Financials', 'database', { resource: 'kpi', operation: 'getFinancials' }),
		...PROVIDERS.map((provider) =>
			node(`Transform ${provider}`, 'transformNormalize', { input: 'items', provider }),
		),
	].map((one, index) => ({ ...one, position: [256 * index, 0] as [number, number] }));
	const byHand = {
		...{ id: 'scene-by-hand', name: 'By Hand', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 },
		position: [0, 256] as [number, number],
		parameters: {},
	};
	const first = nodes.map(({ name }) => ({ node: name, type: 'main' as const, index: 0 }));
	return {
		...{ id: PANELS, name: 'Scene Panels', settings: { executionOrder: 'v1' as const } },
		nodes: [...nodes, byHand],
		connections: { 'By Hand': { main: [first] } },
	};
}

const node = (name: string, type: string, parameters: IDataObject) => ({
	...{ id: `scene-${name}`, name, type: `n8n-nodes-zixly.${type}`, typeVersion: 1, parameters },
	credentials: { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } },
});
