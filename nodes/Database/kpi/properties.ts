import type { INodeProperties } from 'n8n-workflow';

import { clientField, metricField, tenantField } from '../../adapter/fields';
import { simplifyField } from '../../adapter/simplify';
import { showForOperations } from '../../adapter/operations';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['kpi'] } },
	default: 'getFinancials',
	options: [
		{
			name: 'Get Financials',
			value: 'getFinancials',
			action: 'Get financials',
			description: 'Revenue, expenses, net profit and cash flow by month, quarter or year',
		},
		{
			name: 'Get Funnel',
			value: 'getFunnel',
			action: 'Get funnel',
			description: 'How many leads entered each stage in each period, and their outcome',
		},
		{
			name: 'Get Metric Series',
			value: 'getMetricSeries',
			action: 'Get metric series',
			description: 'The values of one metric over time',
		},
	],
};

const periods = {
	day: { name: 'Day', value: 'day' },
	week: { name: 'Week', value: 'week' },
	month: { name: 'Month', value: 'month' },
	quarter: { name: 'Quarter', value: 'quarter' },
	year: { name: 'Year', value: 'year' },
};

const groupBy: INodeProperties = {
	displayName: 'Group By',
	name: 'groupBy',
	type: 'options',
	default: 'month',
	description: 'The length of the periods. Each is compared with the one before.',
	options: [],
};

const groupFinancialsBy: INodeProperties = {
	...groupBy,
	options: [periods.month, periods.quarter, periods.year],
};

const groupEventsBy: INodeProperties = { ...groupBy, options: Object.values(periods) };

const commonFields: INodeProperties[] = [
	{ ...tenantField, required: true },
	{
		...clientField,
		required: false,
		description: 'The client that the figures belong to. Leave empty to add up all clients of the tenant.',
	},
];

const metricFields: INodeProperties[] = [
	metricField,
	{
		displayName: 'Aggregation',
		name: 'aggregation',
		type: 'options',
		default: 'auto',
		description: 'How the values of a period become one',
		options: [
			{
				name: 'Automatic',
				value: 'auto',
				description: 'As fits the metrics of Asana; the average of others',
			},
			{ name: 'Average', value: 'average' },
			{
				name: 'Latest',
				value: 'latest',
				description: 'The last value of each client, added up; percentages are averaged',
			},
			{ name: 'Maximum', value: 'maximum' },
			{ name: 'Minimum', value: 'minimum' },
			{ name: 'Sum', value: 'sum' },
		],
	},
];

const rangeFields: INodeProperties[] = [
	{
		displayName: 'From',
		name: 'from',
		type: 'dateTime',
		default: '',
		description:
			'The first day; the range is widened to whole periods. Leave empty for the last 12 months or weeks, 31 days, 8 quarters or 5 years.',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'dateTime',
		default: '',
		description: 'The last day. Leave empty for today.',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 5000 },
		default: 50,
		description: 'Max number of results to return',
	},
];

const options = (fields: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: fields as never,
});

const splitByClient: INodeProperties = {
	displayName: 'Split by Client',
	name: 'splitByClient',
	type: 'boolean',
	default: false,
	description: 'Whether to return rows for each client instead of adding up all clients',
};

const reportingCurrency: INodeProperties = {
	displayName: 'Reporting Currency',
	name: 'reportingCurrency',
	type: 'string',
	default: 'AUD',
	placeholder: 'e.g. AUD',
	description: 'The currency of the values, as in Transform & Normalize',
};

const ALL = ['getFinancials', 'getFunnel', 'getMetricSeries'];

export const kpiProperties: INodeProperties[] = [
	operation,
	...showForOperations('kpi', ALL, commonFields),
	...showForOperations('kpi', ['getMetricSeries'], metricFields),
	...showForOperations('kpi', ['getFinancials'], [groupFinancialsBy]),
	...showForOperations('kpi', ['getFunnel', 'getMetricSeries'], [groupEventsBy]),
	...showForOperations('kpi', ALL, rangeFields),
	...showForOperations('kpi', ['getFinancials'], [simplifyField, options([splitByClient])]),
	...showForOperations('kpi', ['getFunnel'], [options([reportingCurrency])]),
];
