import type { IExecuteFunctions } from 'n8n-workflow';

import { readFilter } from '../../adapter/parameters';
import { ExplainedError } from '../../../db/postgres/explained-error';
import type { RejectedFilter } from '../../../db/runs/rejected-records';

type Filters = Partial<
	Record<'provider' | 'reasonCode' | 'since' | 'stage' | 'stream' | 'tenantId', unknown>
>;

/** Reads the collection Filters; empty fields do not filter. @throws Error for a bad date */
export function readRejectedFilter(context: IExecuteFunctions, item: number): RejectedFilter {
	const filters = context.getNodeParameter('filters', item, {}) as Filters;
	const text = (name: keyof Filters): string | undefined => readFilter(filters[name]);
	return {
		tenantId: text('tenantId'),
		provider: text('provider'),
		stream: text('stream'),
		reasonCode: text('reasonCode'),
		stage: text('stage'),
		since: parseInstant(text('since')),
	};
}

function parseInstant(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	const instant = Date.parse(text);
	if (!Number.isNaN(instant)) return new Date(instant).toISOString();
	throw new ExplainedError(`Since "${text}" is not a date.`, 'Write it like 2026-06-30T09:00:00Z.');
}
