import type { IExecuteFunctions } from 'n8n-workflow';

/** How many results the person asked for: Limit, or no bound with Return All. */
export function maxRowsOf(context: IExecuteFunctions, item: number): number | undefined {
	if (context.getNodeParameter('returnAll', item, false)) return undefined;
	return context.getNodeParameter('limit', item, 50) as number;
}
