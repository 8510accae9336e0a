import { jest } from '@jest/globals';

import type { Normaliser } from '../../../nodes/providers/provider';
import type * as Registry from '../../../nodes/providers/registry';
import type { Deletion } from '../../../nodes/shared/messages';

/** A stream whose records say themselves what they become. */
const plain: Normaliser = {
	ages: true,
	ratesNeeded: () => [],
	normalise: ({ record, recordId, account }) => {
		const { stages = [], deletions = [] } = record as { stages?: string[]; deletions?: Deletion[] };
		const rows = stages.map((stage) => ({
			table: 'lead_events' as const,
			client: { externalId: account.id, clientName: account.name, industry: null },
			row: {
				eventDate: '2026-11-01T00:00:00.000Z',
				leadId: recordId,
				stage,
				value: null,
				status: 'passed' as const,
				sourceSystem: 'made-up',
				externalId: `${recordId}:${stage}`,
				metadata: {},
			},
		}));
		return { rows, deletions, unknownProperties: [] };
	},
	complete: () => {
		throw new Error('There are no loose records here.');
	},
};

/** Provider `made-up`, stream `deals`, for every module that is loaded after this one. */
jest.mock('../../../nodes/providers/registry', () => {
	const { getNormaliser, ...rest } = jest.requireActual<typeof Registry>('../../../nodes/providers/registry');
	return {
		...rest,
		getNormaliser: (provider: string, stream: string) =>
			provider === 'made-up' ? plain : getNormaliser(provider, stream),
	};
});
