import { describe, expect, it } from '@jest/globals';

import { findWarnings } from '../../../../nodes/Integrations/sync/run-warnings';

const run = (provider: string, stream: string, extracted: number) => ({
	provider,
	error: null,
	status: 'succeeded' as const,
	counts: { [stream]: { records: { extracted, normalised: extracted }, rows: {} } },
});

describe('a run in which nothing came', () => {
	it.each([
		['xero', 'monthlyFinancials'],
		['myob', 'monthlyFinancials'],
		['asana', 'projects'],
	])('is warned of where the stream is read in full: %s %s', (provider, stream) => {
		const warnings = findWarnings(run(provider, stream, 0), [run(provider, stream, 13)]);
		expect(warnings).toEqual([
			expect.stringContaining('no records were returned, although the previous run had 13'),
		]);
	});

	it.each([
		['hubspot', 'deals'],
		['pipedrive', 'deals'],
	])('is a quiet run where only changes are read: %s %s', (provider, stream) => {
		expect(findWarnings(run(provider, stream, 0), [run(provider, stream, 13)])).toEqual([]);
	});

	it('does not warn of a stream that a failure left empty', () => {
		const [now, before] = [run('xero', 'monthlyFinancials', 0), run('xero', 'monthlyFinancials', 13)];
		expect(findWarnings(now, [before], true)).toEqual([]);
	});

	it('is not warned of where there was nothing before either', () => {
		expect(findWarnings(run('xero', 'monthlyFinancials', 0), [])).toEqual([]);
		expect(findWarnings(undefined, [])).toEqual([]);
	});
});
