import { describe, expect, it } from '@jest/globals';

import type { FinishedRun } from '../../../../db/runs/finish';
import { summarizeFinished } from '../../../../nodes/Integrations/sync/summary';

const run = (tenantName: string, more: Partial<FinishedRun> = {}) => ({
	...{ tenantId: 't', tenantName, integrationId: 'i', syncRunId: 'r', provider: 'xero', closed: true },
	...{ status: 'succeeded' as const, startedAt: '', finishedAt: null, durationMs: null, retryAt: null },
	...{ warnings: [], error: null },
	counts: { months: { records: {}, rows: { inserted: 1, updated: 2, unchanged: 3 } } },
	...more,
});

describe('the summary of Finish', () => {
	it('counts runs and rows where all went well', () => {
		expect(summarizeFinished([run('A'), run('B')], [])).toEqual({
			message: '2 succeeded. Rows: 2 inserted, 4 updated, 6 unchanged.',
			type: 'info',
		});
	});

	it('names what did not, with the reason', () => {
		const failed = run('Kiwi Ltd', {
			status: 'failed',
			error: { class: 'bad_request', message: 'Xero rejected the request.' },
			counts: {},
		});
		const partial = run('Tui Ltd', { status: 'partial', warnings: ['2 records were rejected.'] });
		const { message, type } = summarizeFinished([run('A'), partial, failed, run('B')], []);
		expect(type).toBe('warning');
		expect(message).toBe(
			'2 succeeded, 1 partial, 1 failed. Rows: 3 inserted, 6 updated, 9 unchanged. Tui Ltd (Xero): 2 records were rejected. Kiwi Ltd (Xero): Xero rejected the request.',
		);
	});

	it('is bounded, however many runs and long texts there are', () => {
		const runs = Array.from({ length: 500 }, (_, n) =>
			run(`T${n}${'x'.repeat(5_000)}`, { status: 'failed', error: { message: 'y'.repeat(100_000) } }),
		);
		const { message } = summarizeFinished(runs, []);
		expect(message.length).toBeLessThan(5_000);
		expect(message).toMatch(/^500 failed\..* 495 more: see the items\.$/);
	});

	it('says why there is no run', () => {
		expect(summarizeFinished([], []).message).toBe('This execution has no open run to finish.');
		expect(summarizeFinished([], [{ json: { preview: true } }]).message).toMatch(/^A preview has no run/);
	});
});
