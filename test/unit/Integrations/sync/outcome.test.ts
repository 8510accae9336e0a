import { describe, expect, it } from '@jest/globals';

import {
	summarizeRuns,
	summarizeSilentRun,
	type RunOutcome,
} from '../../../../nodes/Integrations/sync/outcome';
import { chooseRetryTime } from '../../../../nodes/Integrations/sync/retry';
import { imbalances } from '../../../../nodes/shared/counts';
import type { FailureClass } from '../../../../nodes/shared/failure-classes';
import type { FailureMessage, Message, StateMessage } from '../../../../nodes/shared/messages';

const envelope = {
	tenantId: 't1',
	integrationId: 'i1',
	syncRunId: 'r1',
	provider: 'xero',
	stream: 'monthlyFinancials',
};

function state(accountId: string, more: Partial<StateMessage> = {}): StateMessage {
	return { type: 'STATE', ...envelope, accountId, state: {}, hasMore: false, counts: {}, ...more };
}

function failure(accountId: string, failureClass: FailureClass, retryInstant?: string): FailureMessage {
	const stream = accountId ? envelope.stream : '';
	const detail = { class: failureClass, message: 'It did not work. Try this.', retryAt: retryInstant };
	return { type: 'FAILURE', ...envelope, stream, accountId, failure: detail };
}

const only = (messages: Message[]): RunOutcome => summarizeRuns(messages)[0]!;

describe('the outcome of a run', () => {
	it('stands keepsSchedule from the syncs where it moved no state, unless nothing was read since all is switched off', () => {
		const keepsSchedule = (messages: Message[]): boolean => only(messages).keepsSchedule;
		expect(keepsSchedule([state('a', { state: null })])).toBe(true);
		expect(keepsSchedule([state('a', { state: null }), state('b')])).toBe(false);
		expect(keepsSchedule([state('a', { state: null, switchedOff: true })])).toBe(false);
		expect(keepsSchedule([failure('a', 'internal')])).toBe(false);
	});

	it('succeeds when every account ended with its state', () => {
		expect(only([state('a'), state('b')])).toMatchObject({
			status: 'succeeded',
			requiresAction: false,
			hasMore: false,
		});
	});

	it('is partial when one account failed after its state, since every account ends with one', () => {
		const outcome = only([state('a'), state('b'), failure('b', 'not_permitted')]);
		expect(outcome).toMatchObject({ status: 'partial', requiresAction: false });
	});

	it('is partial when a limit stopped its only account half way, and fails when it stopped it at once', () => {
		const limited = failure('a', 'rate_limited');
		expect(only([state('a', { state: { page: 2 } }), limited]).status).toBe('partial');
		expect(only([state('a', { state: null }), limited]).status).toBe('failed');
		expect(only([limited]).status).toBe('failed');
	});

	it('fails, and calls for a person, when the consent is gone', () => {
		expect(only([failure('', 'reconnect_required')])).toMatchObject({
			status: 'failed',
			requiresAction: true,
		});
	});

	it('fails, and calls for a person, when the only organisation may not be read, although it has a state', () => {
		expect(only([state('a'), failure('a', 'not_permitted')])).toMatchObject({
			status: 'failed',
			requiresAction: true,
		});
	});

	it('fails without calling for a person when one of its troubles may pass', () => {
		const messages = [state('a'), failure('a', 'not_permitted'), state('b'), failure('b', 'bad_request')];
		expect(only(messages)).toMatchObject({ status: 'failed', requiresAction: false });
	});

	it('stands keepsSchedule from the schedule where it moved no state on purpose, not where it came to nothing', () => {
		const unmoved = state('a', { state: null });
		expect(only([unmoved]).keepsSchedule).toBe(true);
		expect(only([unmoved, failure('a', 'rate_limited')]).keepsSchedule).toBe(false);
		expect(only([state('a', { state: null, hasMore: true })]).keepsSchedule).toBe(false);
		expect(only([state('a', { state: null, switchedOff: true })]).keepsSchedule).toBe(false);
	});

	it('is not better for an account that is switched off', () => {
		const off = state('off', { switchedOff: true });
		expect(only([off])).toMatchObject({ status: 'succeeded' });
		expect(only([off, state('a'), failure('a', 'not_permitted')])).toMatchObject({
			status: 'failed',
			requiresAction: true,
		});
	});

	it('is partial, and left to the schedule, where a stream waits for a consent and the rest was read', () => {
		const outcome = only([failure('b', 'needs_consent'), state('a')]);
		expect(outcome).toMatchObject({ status: 'partial', requiresAction: false });
		expect(chooseRetryTime(outcome, 3, new Date())).toBeNull();
		const both = only([failure('b', 'needs_consent'), failure('c', 'bad_request'), state('a')]);
		expect(both.failures.map(({ failure: { class: failureClass } }) => failureClass)).toEqual([
			...['bad_request', 'needs_consent'],
		]);
		expect(chooseRetryTime(both, 0, new Date())).not.toBeNull();
	});

	it('calls for a person where all waits for a consent', () => {
		const outcome = only([failure('a', 'needs_consent'), failure('b', 'needs_consent')]);
		expect(outcome).toMatchObject({ status: 'failed', requiresAction: true });
	});

	it('fails without calling for a person when nothing arrived', () => {
		expect(summarizeSilentRun({ ...envelope })).toMatchObject({ status: 'failed', requiresAction: false });
	});

	it('fails without calling for a person when the provider is down', () => {
		expect(only([failure('', 'provider_unavailable')])).toMatchObject({
			status: 'failed',
			requiresAction: false,
		});
	});

	it('keeps runs apart and in order', () => {
		const other = { ...state('z'), syncRunId: 'r2', tenantId: 't2' };
		expect(summarizeRuns([state('a'), other, failure('a', 'bad_request')]).map((run) => run.status)).toEqual([
			'failed',
			'succeeded',
		]);
	});

	it('hands on that there is more, and warnings', () => {
		expect(only([state('a', { hasMore: true, warnings: ['w'] })])).toMatchObject({
			hasMore: true,
			warnings: ['w'],
		});
	});
});

describe('the time of the next attempt', () => {
	const now = new Date('2026-11-23T00:00:00Z');
	const middle = () => 0.5;
	const at = (messages: Message[], failedBefore = 0) =>
		chooseRetryTime(only(messages), failedBefore, now, middle)?.toISOString();

	it('leaves a success to the schedule', () => {
		expect(at([state('a')])).toBeUndefined();
	});

	it('goes on at once where there is more', () => {
		expect(at([state('a', { hasMore: true })])).toBe('2026-11-23T00:00:00.000Z');
	});

	it('waits for a person where only a person can help', () => {
		expect(at([failure('', 'reconnect_required')])).toBeUndefined();
	});

	it('comes back when the provider said', () => {
		expect(at([failure('', 'rate_limited', '2026-11-23T18:00:00Z')])).toBe('2026-11-23T18:00:00.000Z');
	});

	it('does not let one organisation at its day limit hold back the others of its integration', () => {
		const messages = [state('a'), state('b'), failure('b', 'rate_limited', '2026-11-23T18:00:00Z')];
		expect(at(messages)).toBe('2026-11-23T06:00:00.000Z');
	});

	it('does not let it hold back one that only got no answer either', () => {
		const messages = [
			state('a'),
			failure('a', 'rate_limited', '2026-11-23T23:00:00Z'),
			state('b'),
			failure('b', 'provider_unavailable'),
		];
		expect(at(messages)).toBe('2026-11-23T00:05:00.000Z');
		expect(at(messages, 30)).toBe('2026-11-23T06:00:00.000Z');
	});

	it('comes back at the provider’s word where that is before the growing pause', () => {
		const messages = [
			failure('a', 'rate_limited', '2026-11-23T00:02:00Z'),
			failure('b', 'provider_unavailable'),
		];
		expect(at(messages)).toBe('2026-11-23T00:02:00.000Z');
	});

	it('passes over an instant that cannot be read, and one that is gone', () => {
		expect(at([failure('', 'rate_limited', 'soon')])).toBe('2026-11-23T00:05:00.000Z');
		expect(at([failure('', 'rate_limited', '2026-11-22T00:00:00Z')])).toBe('2026-11-23T00:00:00.000Z');
	});

	it('takes a wait of more than a day for none', () => {
		expect(at([failure('', 'rate_limited', '2026-11-24T00:00:00Z')])).toBe('2026-11-24T00:00:00.000Z');
		expect(at([failure('', 'rate_limited', '2026-11-24T00:00:01Z')])).toBe('2026-11-23T00:05:00.000Z');
		expect(at([failure('', 'rate_limited', '2083-10-24T00:00:00Z')])).toBe('2026-11-23T00:05:00.000Z');
	});

	it('doubles the pause with every failed run, up to six hours', () => {
		const down = [failure('', 'provider_unavailable')];
		expect(at(down)).toBe('2026-11-23T00:05:00.000Z');
		expect(at(down, 3)).toBe('2026-11-23T00:40:00.000Z');
		expect(at(down, 30)).toBe('2026-11-23T06:00:00.000Z');
	});

	it('spreads the tenants by a quarter either way', () => {
		const outcome = only([failure('', 'provider_unavailable')]);
		expect(chooseRetryTime(outcome, 0, now, () => 0)?.toISOString()).toBe('2026-11-23T00:03:45.000Z');
		expect(chooseRetryTime(outcome, 0, now, () => 1)?.toISOString()).toBe('2026-11-23T00:06:15.000Z');
	});
});

describe('the sums of a stream', () => {
	it('are silent when every record and row had one outcome', () => {
		const records = { extracted: 3, normalised: 2, rejected: 1 };
		expect(imbalances('s', { records, rows: { produced: 2, inserted: 1, unchanged: 1 } })).toEqual([]);
	});

	it('name what is missing', () => {
		const lines = imbalances('s', {
			records: { extracted: 3, normalised: 2 },
			rows: { produced: 2, inserted: 1 },
		});
		expect(lines).toHaveLength(2);
		expect(lines[0]).toContain('records extracted 3, accounted for 2');
		expect(lines[1]).toContain('rows produced 2, accounted for 1');
	});
});
