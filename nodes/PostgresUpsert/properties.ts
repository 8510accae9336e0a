import type { INodeProperties } from 'n8n-workflow';

import { forItems, inputField, tenantFields } from '../adapter/item-input';

/** What completes items of a user's own; messages of the Zixly nodes bring it all with them. */
const ownItems: INodeProperties[] = [
	{
		displayName:
			'The fields of the items are named like the columns of the table, in snake_case or camelCase.',
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
		description: 'The table that the items are rows of',
		options: [
			{
				name: 'Custom Metrics',
				value: 'custom_metrics',
				description: 'A figure of a client on a day: metric_name, metric_value, record_date, unit',
			},
			{
				name: 'Financials',
				value: 'financials',
				description:
					'The money of a client on a day: record_date, revenue, expenses, net_profit, cash_flow, currency',
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
			"The field that holds the client's ID, as client_id in client_kpis; in camelCase or snake_case. A client that is not there is made.",
	},
	{
		displayName: 'Client Name Field',
		name: 'clientNameField',
		type: 'string',
		default: 'clientName',
		placeholder: 'e.g. client_name',
		description:
			"The field that holds the client's name, where the items have one; in camelCase or snake_case",
	},
	{
		displayName: 'Source System',
		name: 'sourceSystem',
		type: 'string',
		default: 'manual',
		description: 'Where the data comes from. Rows of another source with the same key stay beside these.',
	},
];

export const upsertProperties: INodeProperties[] = [
	inputField('Rows of your own, such as those of a spreadsheet: every field is data'),
	...forItems(ownItems),
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
				description: 'How many rows are stored in one transaction',
			},
			{
				displayName: 'Ignore Unknown Fields',
				name: 'ignoreUnknownFields',
				type: 'boolean',
				default: false,
				description:
					'Whether fields of your own items that are no column of the table are left out; otherwise such an item is refused',
			},
			{
				displayName: 'Return Rows',
				name: 'returnRows',
				type: 'boolean',
				default: false,
				description:
					'Whether to return every row with what became of it, instead of a summary per tenant and table',
			},
		],
	},
];
