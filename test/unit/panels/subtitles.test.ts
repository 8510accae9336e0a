import { Expression, Workflow, type INodeProperties, type INodeTypes } from 'n8n-workflow';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { NODES } from '../../support/panels/package-types';

beforeAll(() => {
	Expression.setExpressionEngine('legacy');
});

/** What n8n shows below a node with these parameters. */
function showSubtitle(name: string, parameters: Record<string, string>): unknown {
	const { description } = NODES.find((node) => node.description.name === name)!;
	const node = { id: '1', name: 'Node', type: name, typeVersion: 1, position: [0, 0] as [number, number] };
	const find = () => ({ description: { ...description, properties: [] as INodeProperties[] } });
	const nodeTypes = { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) } as INodeTypes;
	const nodes = [{ ...node, parameters }];
	const workflow = new Workflow({ nodes, connections: {}, active: false, nodeTypes });
	const found = workflow.getNode('Node')!;
	found.parameters = parameters;
	return workflow.expression.getSimpleParameterValue(found, description.subtitle, 'internal', {});
}

describe('the subtitle', () => {
	it.each([
		['integrations', { resource: 'sync', operation: 'claimDue' }, 'Claim Due Connections'],
		['integrations', { resource: 'sync', operation: 'failRuns' }, 'Fail Runs of Execution'],
		['integrations', { resource: 'rejectedRecord', operation: 'replay' }, 'Replay Rejected Records'],
		['database', { resource: 'exchangeRate', operation: 'load' }, 'Load Exchange Rates'],
		['extract', { provider: 'hubspot', mode: 'sync' }, 'HubSpot'],
		['extract', { provider: 'xero', mode: 'preview' }, 'Xero: Preview'],
		['transformNormalize', { input: 'messages' }, 'Zixly Messages'],
		[
			'transformNormalize',
			{ input: 'items', provider: 'manual', stream: 'customMetrics' },
			'Upload: Custom Metrics',
		],
		['postgresUpsert', { input: 'items', table: 'lead_events' }, 'Items to Lead Events'],
	])('shows, for %s with %j, "%s"', (name, parameters, subtitle) => {
		expect(showSubtitle(name, parameters as unknown as Record<string, string>)).toBe(subtitle);
	});

	it('is the name of every operation, in Title Case', () => {
		for (const { description } of NODES) {
			for (const { displayOptions, options = [] } of description.properties) {
				const resource = displayOptions?.show?.resource?.[0];
				if (typeof resource !== 'string') continue;
				for (const option of options) {
					if (!('action' in option)) continue;
					const shown = showSubtitle(description.name, { resource, operation: String(option.value) });
					expect(String(shown).toLowerCase()).toBe(option.action!.toLowerCase());
					expect(shown).toMatch(/^[A-Z]/);
				}
			}
		}
	});
});

it('each node has an icon of its own, light and dark', () => {
	const icons = NODES.map(({ description }) => description.icon as { light: string; dark: string });
	const files = icons.flatMap(({ light, dark }) => [light, dark]);
	expect(new Set(files).size).toBe(2 * NODES.length);
});
