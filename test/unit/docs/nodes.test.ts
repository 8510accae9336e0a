import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties, INodePropertyCollection, INodeType } from 'n8n-workflow';
import { describe, expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';
import { NODES } from '../../support/panels/package-types';

/** Each node with the page that describes it. */
const PAGES = NODES.map((node): [page: string, node: INodeType] => [
	node.description.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
	node,
]);

/** What only gathers fields: the words on it are in no need of a page. */
const GATHERING = new Set(['Resource', 'Operation', 'Options', 'Filters', 'Update Fields', 'Scope']);
const ALSO_GATHERING = new Set(['Additional Fields', 'Sections', 'Stages', 'Columns', 'Field', 'Column']);

type Field = INodeProperties | INodePropertyCollection;

const childrenOf = (field: Field): Field[] =>
	'values' in field ? field.values : ((field.options ?? []) as Field[]).filter((one) => 'displayName' in one);

function listLabels(fields: readonly Field[]): string[] {
	return fields.flatMap((field) => {
		const isShown = !('type' in field) || !['notice', 'hidden'].includes(field.type);
		const isGathering = GATHERING.has(field.displayName) || ALSO_GATHERING.has(field.displayName);
		return [...(isShown && !isGathering ? [field.displayName] : []), ...listLabels(childrenOf(field))];
	});
}

const listOperations = (fields: readonly INodeProperties[]): string[] =>
	fields
		.filter(({ name }) => name === 'operation' || name === 'resource')
		.flatMap(({ options = [] }) => options.map(({ name }) => name));

const pageOf = (name: string): string => readFileSync(join(CHECKOUT, 'docs', 'nodes', `${name}.md`), 'utf8');

describe.each(PAGES)('docs/nodes/%s.md', (name, { description }) => {
	it('names every field and option of the node', () => {
		const labels = [...new Set(listLabels(description.properties))];
		expect(labels.length).toBeGreaterThan(3);
		expect(labels.filter((label) => !pageOf(name).includes(label))).toEqual([]);
	});

	it('names every resource and operation of the node', () => {
		const operations = listOperations(description.properties);
		expect(operations.filter((operation) => !pageOf(name).includes(operation))).toEqual([]);
	});

	it('names every output of the node', () => {
		const outputs = description.outputNames ?? [];
		expect(outputs.filter((output) => !pageOf(name).includes(`**${output}**`))).toEqual([]);
	});

	it('begins with the name of the node', () => {
		expect(pageOf(name).split('\n')[0]).toBe(`# Node: ${description.displayName}`);
	});
});

it('the README names every operation of the nodes that have some', () => {
	const readme = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
	const operations = NODES.flatMap(({ description }) => listOperations(description.properties));
	expect(operations.length).toBeGreaterThan(20);
	expect(operations.filter((operation) => !readme.includes(operation))).toEqual([]);
});
