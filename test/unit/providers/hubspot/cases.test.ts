import { describe, expect, it } from '@jest/globals';

import { hubspotDeal, linesOf, normalisedDeal } from '../crm-deals';

// Deals as people have them: /work/shared/cases/crm-and-database.md, by its numbers.

const stage = (id: string, label: string, pipelineId: string, pipeline: string, isClosed = 'false') => ({
	...{ id, label, pipelineId, pipeline, isClosed },
	probability: isClosed === 'true' ? '1.0' : '0.3',
});

describe('case 23: one label in two pipelines', () => {
	const stages = [stage('11', 'Qualified', 'p1', 'Sales'), stage('6309924', 'Qualified', 'p2', 'Renewals')];
	const moved = hubspotDeal(
		{ dealstage: '6309924', pipeline: 'p2' },
		[
			['6309924', '2026-10-07T00:00:00Z'],
			['11', '2026-09-01T00:00:00Z'],
		],
		{ stages },
	);

	it('gives two entries, each with its own pipeline', () => {
		expect(linesOf('hubspot', moved)).toEqual([
			'2026-09-01T00:00 Qualified passed -',
			'2026-10-07T00:00 Qualified active 1200.00',
		]);
		const { rows } = normalisedDeal('hubspot', moved) as { rows: Array<{ row: { metadata: object } }> };
		expect(rows.map(({ row }) => row.metadata)).toMatchObject([
			{ stageId: '11', pipeline: 'Sales' },
			{ stageId: '6309924', pipeline: 'Renewals' },
		]);
	});
});

describe('case 27: a free portal, whose deals say neither when nor whether they are closed', () => {
	const unsaid = { hs_is_closed: undefined, hs_is_closed_won: undefined, closedate: null };
	const deal = (stages: unknown[], hs_lastmodifieddate: string) =>
		hubspotDeal(
			{ ...unsaid, dealstage: 'qualifiedtobuy', pipeline: 'default', amount: '500', hs_lastmodifieddate },
			[['qualifiedtobuy', '2026-09-01T00:00:00Z']],
			{ stages },
		);
	const known = [stage('qualifiedtobuy', 'Qualified To Buy', 'default', 'Sales Pipeline')];

	it.each([
		['active', '2026-11-10T09:00:00.000Z'],
		['stale', '2026-09-01T00:00:01.711Z'],
	])('is %s by its pipeline and its last change, %s', (status, changedAt) => {
		expect(linesOf('hubspot', deal(known, changedAt))).toEqual([
			`2026-09-01T00:00 Qualified To Buy ${status} 500.00`,
		]);
	});

	it('is rejected while its pipeline is not known', () => {
		const [line] = linesOf('hubspot', deal([], '2026-11-10T09:00:00.000Z'));
		expect(line).toMatch(/^\w+ at /);
	});
});
