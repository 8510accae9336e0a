import { updateDisplayOptions, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { tenantField } from './fields';
import { textParameter } from './parameters';

/** What a node takes its items for: messages of the Zixly nodes, or a user's own data, whatever its fields are called. */
export type ItemInput = 'messages' | 'items';

/** A field of the node says it, never an item. @throws Error for an expression that gives something else */
export function readItemInput(context: IExecuteFunctions): ItemInput {
	const input: unknown = context.getNodeParameter('input', 0, 'messages');
	if (input === 'messages' || input === 'items') return input;
	throw new Error(`Input is "${String(input)}". Choose Zixly Messages or Items.`);
}

/** @param items what the node does with items of a user's own, as a description */
export const inputField = (items: string): INodeProperties => ({
	displayName: 'Input',
	name: 'input',
	type: 'options',
	noDataExpression: true,
	default: 'messages',
	description: 'What comes in. An item is never taken for a message because of what its fields say.',
	options: [
		{
			name: 'Zixly Messages',
			value: 'messages',
			description: 'What the Zixly node before this one put out in the same execution',
		},
		{ name: 'Items', value: 'items', description: items },
	],
});

/** The fields are shown where the input is items of a user's own. */
export const forItems = (fields: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { input: ['items'] } }, fields);

/** Which field of an item says whose it is; undefined where the node itself says it. */
export function readTenantField(context: IExecuteFunctions): string | undefined {
	if (context.getNodeParameter('tenantFrom', 0, 'node') !== 'field') return undefined;
	const field = String(context.getNodeParameter('tenantField', 0, '') ?? '').trim();
	if (field) return field;
	throw new Error('No field is named that says whose the items are. Fill in Tenant Field.');
}

/** The id of the tenant that an item belongs to, as the person who made the workflow chose; empty where there is none. */
export function tenantReader(
	context: IExecuteFunctions,
): (item: number, json: Record<string, unknown>) => string {
	const field = readTenantField(context);
	if (field === undefined) return textParameter(context, 'tenantId');
	return (_item, json) => {
		const value = Object.hasOwn(json, field) ? json[field] : undefined;
		return typeof value === 'string' ? value.trim() : '';
	};
}

/** Whose a user's own items are. */
export const tenantFields: INodeProperties[] = [
	{
		displayName: 'Tenant From',
		name: 'tenantFrom',
		type: 'options',
		noDataExpression: true,
		default: 'node',
		description: 'What says whose the items are',
		options: [
			{ name: 'This Node', value: 'node', description: 'All items belong to the tenant that is chosen here' },
			{
				name: 'A Field of Each Item',
				value: 'field',
				description: 'Each item names its tenant. Choose it only where you trust what fills that field.',
			},
		],
	},
	...updateDisplayOptions({ show: { tenantFrom: ['node'] } }, [{ ...tenantField, required: true }]),
	...updateDisplayOptions({ show: { tenantFrom: ['field'] } }, [
		{
			displayName: 'Tenant Field',
			name: 'tenantField',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. tenantId',
			description: "The field of each item that holds the tenant's ID, as Tenant: Get Many gives it",
		},
	]),
];
