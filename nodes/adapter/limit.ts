import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** The largest PostgreSQL integer: effectively no limit. */
const ALL = 2_147_483_647;

/** The maximum number of results: Limit, or no limit with Return All. */
export function readMaxRows(context: IExecuteFunctions, item: number): number {
	if (context.getNodeParameter('returnAll', item, false)) return ALL;
	return readLimit(context, item, ALL);
}

/** The field Limit as a whole number from 1 to `max`: an expression may give anything. */
export function readLimit(context: IExecuteFunctions, item: number, max: number): number {
	const given = Math.floor(Number(context.getNodeParameter('limit', item, 50)));
	return Math.min(max, Math.max(1, given || 1));
}

/** The fields Return All and Limit. */
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
