import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { readMetricSeries, type Aggregation } from '../../../db/readers/metric-series';
import { AGGREGATIONS } from '../../providers/asana/aggregations';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { answerItems, assertChoice, readRequest } from './request';

const CHOICES: ReadonlyArray<Aggregation | 'auto'> = [
	'auto',
	'average',
	'latest',
	'maximum',
	'minimum',
	'sum',
];

/** One metric by period, with the change since the period before. */
export async function getMetricSeries(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const averaged = new Set<string>();
	const output = await answerItems(context, async (item) => {
		const metric = readMetric(context, item);
		const chosen = assertChoice(
			'Aggregation',
			context.getNodeParameter('aggregation', item, 'auto'),
			CHOICES,
		);
		const known = findAggregation(metric);
		if (chosen === 'auto' && !known) averaged.add(metric);
		const aggregation = chosen === 'auto' ? (known ?? 'average') : chosen;
		const request = { ...readRequest(context, item), metric, aggregation };
		return { request, result: await readMetricSeries(pool, request) };
	});
	for (const metric of averaged) addHint(context, { message: explainAverage(metric), type: 'info' });
	return output;
}

function readMetric(context: IExecuteFunctions, item: number): string {
	const metric = context.getNodeParameter('metric', item, '', { extractValue: true }) as string;
	if (metric.trim()) return metric.trim();
	throw new ExplainedError('No metric is chosen.', 'Pick one in the field Metric.');
}

function findAggregation(metric: string): Aggregation | undefined {
	return Object.hasOwn(AGGREGATIONS, metric) ? AGGREGATIONS[metric as keyof typeof AGGREGATIONS] : undefined;
}

const explainAverage = (metric: string): string =>
	`It is not known how values of "${metric}" add up, so they were averaged. Choose Sum or Latest in Aggregation if that fits better.`;
