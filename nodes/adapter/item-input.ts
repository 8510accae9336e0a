import { updateDisplayOptions, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { tenantField } from './fields';
import { textParameter } from './parameters';

/** What a node's input items are: messages of the Zixly nodes, or plain items, whatever their fields are called. */
export type ItemInput = 'messages' | 'items';

/** Read from the node's parameter, never from an item. @throws Error if an expression gives another value */
export function readItemInput(context: IExecuteFunctions): ItemInput {
	const input: unknown = context.getNodeParameter('input', 0, 'messages');
	if (input === 'messages' || input === 'items') return input;
	throw new ExplainedError(`Input is "${String(input)}".`, 'Choose Zixly Messages or Items.');
}

/** @param items what the node does with plain items, as the option's description */
export const inputField = (items: string): INodeProperties => ({
	displayName: 'Input',
	name: 'input',
	type: 'options',
	noDataExpression: true,
	default: 'messages',
	description: 'The kind of input. The fields of an item never decide whether it is treated as a message.',
	options: [
		{
			name: 'Zixly Messages',
			value: 'messages',
			description: 'The output of the preceding Zixly node in the same execution',
		},
		{ name: 'Items', value: 'items', description: items },
	],
});

/** Shows the fields only if the input is plain items. */
export const forItems = (fields: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { input: ['items'] } }, fields);

/** The item field that names the tenant; undefined if the node's own parameter names it. */
export function readTenantField(context: IExecuteFunctions): string | undefined {
	if (context.getNodeParameter('tenantFrom', 0, 'node') !== 'field') return undefined;
	const field = String(context.getNodeParameter('tenantField', 0, '') ?? '').trim();
	if (field) return field;
	throw new ExplainedError(
		'Tenant Field is empty.',
		'Enter the field that holds the tenant ID of each item.',
	);
}

/** Returns a function for the tenant id of each item, as configured in the node; empty if an item has none. */
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

/** Fields that say which tenant plain items belong to. */
export const tenantFields: INodeProperties[] = [
	{
		displayName: 'Tenant From',
		name: 'tenantFrom',
		type: 'options',
		noDataExpression: true,
		default: 'node',
		description: 'Where the tenant of each item is taken from',
		options: [
			{ name: 'This Node', value: 'node', description: 'All items belong to the tenant chosen here' },
			{
				name: 'A Field of Each Item',
				value: 'field',
				description: 'Each item names its tenant. Choose this only if you trust the source of that field.',
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
			description: 'The field of each item that holds the tenant ID, as returned by Tenant: Get Many',
		},
	]),
];
