import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** The largest number that PostgreSQL's integer holds: no bound. */
const ALL = 2_147_483_647;

/** How many results the person asked for: Limit, or all with Return All. */
export function readMaxRows(context: IExecuteFunctions, item: number): number {
	if (context.getNodeParameter('returnAll', item, false)) return ALL;
	return context.getNodeParameter('limit', item, 50) as number;
}

/** The two fields with which a person says how many results to list. */
export const limitFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];
