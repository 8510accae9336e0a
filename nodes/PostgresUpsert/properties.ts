import type { INodeProperties } from 'n8n-workflow';

import { forItems, inputField, tenantFields } from '../adapter/item-input';

/** Fields that complete plain items; messages of the Zixly nodes need none. */
const plainItems: INodeProperties[] = [
	{
		displayName: 'Name the fields of the items like the columns of the table, in snake_case or camelCase.',
		name: 'ownItemsNotice',
		type: 'notice',
		default: '',
	},
	...tenantFields,
	{
		displayName: 'Table',
		name: 'table',
		type: 'options',
		default: 'financials',
		description: 'The table to store the items in',
		options: [
			{
				name: 'Custom Metrics',
				value: 'custom_metrics',
				description: 'A metric of a client on a day: metric_name, metric_value, record_date, unit',
			},
			{
				name: 'Financials',
				value: 'financials',
				description:
					'The financial figures of a client on a day: record_date, revenue, expenses, net_profit, cash_flow, currency',
			},
			{
				name: 'Lead Events',
				value: 'lead_events',
				description: 'A step of a deal: event_date, lead_id, stage, status, value, external_id',
			},
		],
	},
	{
		displayName: 'Client ID Field',
		name: 'clientIdField',
		type: 'string',
		default: 'clientId',
		placeholder: 'e.g. client_id',
		description:
			"The field that holds the client's ID (client_id in client_kpis), in camelCase or snake_case. A client that does not exist is created.",
	},
	{
		displayName: 'Client Name Field',
		name: 'clientNameField',
		type: 'string',
		default: 'clientName',
		placeholder: 'e.g. client_name',
		description: "The field that holds the client's name, if the items have one, in camelCase or snake_case",
	},
	{
		displayName: 'Source System',
		name: 'sourceSystem',
		type: 'string',
		default: 'manual',
		description: 'Where the data comes from. Rows of other sources with the same key are kept separately.',
	},
];

export const upsertProperties: INodeProperties[] = [
	inputField('Your own rows, for example from a spreadsheet: every field is data'),
	...forItems(plainItems),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Chunk Size',
				name: 'chunkSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 20_000 },
				default: 5000,
				description: 'How many rows to store in one transaction',
			},
			{
				displayName: 'Ignore Unknown Fields',
				name: 'ignoreUnknownFields',
				type: 'boolean',
				default: false,
				description:
					'Whether to leave out fields of your own items that are not columns of the table. Otherwise such an item is rejected.',
			},
			{
				displayName: 'Return Rows',
				name: 'returnRows',
				type: 'boolean',
				default: false,
				description: 'Whether to return every row with its outcome instead of a summary per tenant and table',
			},
		],
	},
];
