import type { IExecuteFunctions } from 'n8n-workflow';

/** The largest number that PostgreSQL's integer holds: no bound. */
const ALL = 2_147_483_647;

/** How many results the person asked for: Limit, or all with Return All. */
export function maxRowsOf(context: IExecuteFunctions, item: number): number {
	if (context.getNodeParameter('returnAll', item, false)) return ALL;
	return context.getNodeParameter('limit', item, 50) as number;
}
