import type { IExecuteFunctions, INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { createIntegration } from '../../../db/integrations/integrations';
import { createTenant } from '../../../db/integrations/tenants';
import { NODES } from '../../support/panels/package-types';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
let chosen: Record<string, unknown>;

beforeAll(async () => {
	const { id: tenantId } = await createTenant(database.pool, { name: 'Harbour' });
	const { integrationId } = await createIntegration(database.pool, {
		...{ tenantId, provider: 'xero', authentication: 'n8n', accounts: [], metadata: {} },
	});
	chosen = { tenantId, integrationId };
});

/** What an expression or an agent may give to a field of each type. */
const WRONG: Readonly<Record<string, unknown[]>> = {
	text: [42, null, { a: 1 }, ['x'], NaN],
	number: [null, {}, [], 'many', '', true],
	boolean: [null, {}, [], 'maybe', 1],
	group: [null, 42, 'text', ['x']],
};

const kindOf = ({ type }: INodeProperties): string =>
	/[cC]ollection$/.test(type) ? 'group' : type in WRONG ? type : 'text';

const fits = ({ displayOptions }: INodeProperties, resource?: string, operation?: string): boolean => {
	const { resource: resources, operation: operations } = displayOptions?.show ?? {};
	return (!resources || resources.includes(resource!)) && (!operations || operations.includes(operation!));
};

interface Case {
	node: INodeType;
	resource?: string;
	operation?: string;
	fields: INodeProperties[];
}

/** A case for each operation; for a node without, one alone. */
// Zixly Connect is called by the web, not by items.
const CASES = NODES.filter(({ execute }) => execute).flatMap((node): Array<[string, Case]> => {
	const { displayName, properties } = node.description;
	const isNode = ({ displayOptions }: INodeProperties): boolean =>
		!displayOptions?.show?.['@tool']?.includes(true);
	const operations = properties.filter((field) => field.name === 'operation' && isNode(field));
	const fieldsOf = (resource?: string, operation?: string): INodeProperties[] =>
		properties.filter(
			(field) =>
				!['resource', 'operation'].includes(field.name) &&
				field.type !== 'notice' &&
				fits(field, resource, operation),
		);
	if (operations.length === 0) return [[displayName, { node, fields: fieldsOf() }]];
	return operations.flatMap((field) => {
		const resource = String(field.displayOptions?.show?.resource?.[0]);
		return (field.options as INodePropertyOptions[]).map(({ value }): [string, Case] => {
			const operation = String(value);
			const name = `${displayName}, ${resource}: ${operation}`;
			return [name, { node, resource, operation, fields: fieldsOf(resource, operation) }];
		});
	});
});

/** Values to try, by field or `collection.field`: the field itself, then each field within. */
function* wrongValues(
	fields: readonly INodeProperties[],
): Generator<[place: string, name: string, value: unknown]> {
	for (const field of fields) {
		for (const value of WRONG[kindOf(field)]!) yield [field.displayName, field.name, value];
		if (field.type !== 'collection') continue;
		for (const inner of field.options as INodeProperties[])
			for (const value of WRONG[kindOf(inner)]!)
				yield [`${field.displayName} › ${inner.displayName}`, field.name, { [inner.name]: value }];
	}
}

/** What the node throws when the field has the value; undefined if it can be meant. */
async function run(
	{ node, resource, operation, fields }: Case,
	name: string,
	value: unknown,
): Promise<unknown> {
	const presets = Object.fromEntries(fields.map((field) => [field.name, field.default]));
	const parameters = { ...presets, ...chosen, name: 'New', [name]: value, resource, operation };
	const context = nodeContext({ database: database.settings, items: [{}], parameters });
	const helpers = { httpRequest: async () => ({ statusCode: 404, headers: {}, body: Buffer.alloc(0) }) };
	Object.assign(context, {
		...{ helpers, getTimezone: () => 'UTC' },
		// As n8n: the value as it is, a missing one as the fallback.
		getNodeParameter: (field: string, _item: number, fallback: unknown) =>
			parameters[field as keyof typeof parameters] === undefined
				? fallback
				: parameters[field as keyof typeof parameters],
	});
	try {
		await node.execute!.call(context as unknown as IExecuteFunctions);
		return undefined;
	} catch (error) {
		return error;
	}
}

/** The errors of programs, not of people. */
const RAW =
	/is not a function|is not iterable|Cannot |undefined|\[object|invalid input|out of range|NaN|malformed/;

describe('parameters of a type that no field gives', () => {
	it.each(CASES)('are converted or rejected by the field’s name: %s', async (_name, one) => {
		const raw: string[] = [];
		for (const [place, name, value] of wrongValues(one.fields)) {
			const error = await run(one, name, value);
			if (error === undefined) continue;
			const { message, description = '' } = error as Error & { description?: string };
			if (error instanceof TypeError || RAW.test(message))
				raw.push(`${place} = ${JSON.stringify(value)}: ${message} ${description}`);
		}
		expect(raw).toEqual([]);
	});
});
