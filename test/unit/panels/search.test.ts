import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sublimeSearch } from '@n8n/utils/search/sublime-search';
import { describe, expect, it } from '@jest/globals';

import { providers } from '../../../nodes/providers/registry';
import { CHECKOUT } from '../../support/checkout';
import { NODES } from '../../support/panels/package-types';

interface Entry {
	name: string;
	properties: { displayName: string; codex: { alias: string[] } };
}

/** Each node as n8n's node creator has it. */
const entries = NODES.map(({ description: { name, displayName } }): Entry => {
	const folder = name[0]!.toUpperCase() + name.slice(1);
	const codex = readFileSync(join(CHECKOUT, 'nodes', folder, `${folder}.node.json`), 'utf8');
	return { name, properties: { displayName, codex: JSON.parse(codex) as { alias: string[] } } };
});

/** The search of the node creator: n8n's own function, with the keys and weights that n8n 2.41.1 gives it. */
const search = (words: string): string[] =>
	sublimeSearch(words, entries, [
		{ key: 'properties.displayName', weight: 1.3 },
		{ key: 'properties.codex.alias', weight: 1 },
	]).map(({ item }) => item.name);

/** What people search for, and the nodes that they need then. */
const SEARCHES: Array<[words: string, nodes: string[]]> = [
	['zixly', ['integrations', 'extract', 'transformNormalize', 'postgresUpsert', 'database']],
	['xero', ['extract', 'integrations', 'transformNormalize']],
	['myob', ['extract', 'integrations', 'transformNormalize']],
	['hubspot', ['extract', 'integrations', 'transformNormalize']],
	['pipedrive', ['extract', 'integrations', 'transformNormalize']],
	['asana', ['extract', 'integrations', 'transformNormalize']],
	['kpi', ['database', 'transformNormalize', 'postgresUpsert']],
	['metrics', ['database', 'transformNormalize', 'postgresUpsert']],
	['csv upload', ['transformNormalize']],
	['crm', ['extract', 'transformNormalize']],
	['deals', ['extract', 'transformNormalize']],
	['tasks', ['extract', 'transformNormalize']],
	['multi-tenant', ['integrations', 'extract', 'postgresUpsert', 'database']],
	['backfill', ['extract']],
	['token', ['integrations']],
	['oauth', ['integrations']],
	['airbyte', ['integrations', 'extract']],
	['etl', ['integrations', 'extract', 'transformNormalize', 'postgresUpsert']],
	['postgres', ['postgresUpsert', 'database']],
	['sync', ['integrations', 'extract']],
	['exchange rate', ['transformNormalize', 'database']],
	['currency', ['transformNormalize', 'database']],
	['tenant', ['integrations', 'database']],
	['upsert', ['postgresUpsert']],
	['accounting', ['extract']],
	['connect', ['integrations']],
	['normalize', ['transformNormalize']],
];

describe('the node creator', () => {
	it.each(SEARCHES)('finds for "%s" the nodes %j', (words, nodes) => {
		expect(search(words)).toEqual(expect.arrayContaining(nodes));
	});

	it('finds nothing of ours for what this package does not do', () => {
		expect(['slack', 'gmail', 'openai', 'kafka'].flatMap(search)).toEqual([]);
	});

	it('finds nodes for every provider and every table', () => {
		const names = Object.values(providers).map(({ displayName }) => displayName);
		const words = [...names, 'financials', 'lead events', 'custom metrics'];
		expect(words.filter((word) => search(word).length === 0)).toEqual([]);
	});

	it('shows descriptions that name every provider', () => {
		const texts = NODES.map(({ description }) => description.description).join('\n');
		const names = Object.values(providers).map(({ displayName }) => displayName);
		expect(names.filter((name) => !texts.includes(name))).toEqual([]);
	});
});

it('every node of the package is searched, and every provider is a keyword of the package', () => {
	const manifest = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
		keywords: string[];
		n8n: { nodes: string[] };
	};
	expect(manifest.n8n.nodes).toHaveLength(NODES.length);
	expect(Object.keys(providers).filter((key) => !manifest.keywords.includes(key))).toEqual([]);
});
