import { describe, expect, it } from '@jest/globals';

import {
	attemptsAgainst,
	describeDatabaseError,
	isRetryable,
	isDataError,
	isUnavailable,
	getMeaning,
	getSqlstate,
} from '../../../../db/postgres/sqlstate';

const withCode = (code: string) => Object.assign(new Error('made up'), { code });

describe('the meaning of a SQLSTATE', () => {
	it.each([
		['22003', 'numeric_out_of_range'],
		['23514', 'check_violation'],
		['22P02', 'invalid_text_representation'],
		['40P01', 'deadlock_detected'],
		['22999', 'invalid_data'],
		['23999', 'constraint_violation'],
		['08006', 'connection_lost'],
		['XX000', 'database_error'],
	])('%s is %s', (state, code) => {
		expect(getMeaning(state).code).toBe(code);
		expect(getMeaning(state).message).toMatch(/^[A-Z].*\.$/);
	});

	it('names a code that it does not know', () => {
		expect(getMeaning('XX002').message).toContain('XX002');
	});
});

describe('an error', () => {
	const cases: Array<[code: string, retryable: boolean, rowFault: boolean]> = [
		['40001', true, false],
		['40P01', true, false],
		['53300', true, false],
		['57P01', true, false],
		['57P03', true, false],
		['08006', true, false],
		['55P03', true, false],
		['25006', true, false],
		['25P04', true, false],
		['ECONNREFUSED', true, false],
		['ENOTFOUND', true, false],
		['ECONNRESET', true, false],
		['EPIPE', true, false],
		['22003', false, true],
		['23514', false, true],
		['21000', false, true],
		['54000', false, true],
		['22P05', false, true],
		['42501', false, false],
		['42P01', false, false],
		['28P01', false, false],
		['53100', false, false],
		['57014', false, false],
	];
	it.each(cases)('code %s is retried: %s, the row’s fault: %s', (code, retryable, rowFault) => {
		expect(isRetryable(withCode(code))).toBe(retryable);
		expect(isDataError(withCode(code))).toBe(rowFault);
	});

	it.each([
		['53100', /disk.*full.*Free disk space/],
		['53200', /out of memory.*more memory/],
		['53400', /run out of a resource/],
		['57014', /cancelled a statement.*tries again/],
		['25006', /accepts no writes.*standby.*primary/],
		['55P03', /held a lock.*pg_stat_activity/],
		['ENOTFOUND', /does not answer.*host was not found/],
	])('is the database’s matter with code %s, and its words help', (code, words) => {
		expect(isUnavailable(withCode(code))).toBe(true);
		const { message, hint } = describeDatabaseError(withCode(code))!;
		expect(`${message} ${hint}`).toMatch(words);
	});

	it.each(['22003', '28P01', '42P01', 'XX000'])('code %s is not taken for an outage', (code) => {
		expect(isUnavailable(withCode(code))).toBe(false);
	});

	it('is tried as often as helps: a lock was waited for already, and so was a host that does not answer', () => {
		const attempts = ['40001', '55P03', '57P01', 'ETIMEDOUT', '53100', '22003'].map((code) =>
			attemptsAgainst(withCode(code)),
		);
		expect(attempts).toEqual([5, 2, 8, 3, 1, 1]);
	});

	it('knows the error of a host with several addresses by that of the first address', () => {
		expect(isRetryable(new AggregateError([withCode('ECONNREFUSED')]))).toBe(true);
	});

	it.each([
		'Connection terminated unexpectedly',
		'Connection terminated due to connection timeout',
		'timeout exceeded when trying to connect',
		'Client has encountered a connection error and is not queryable',
	])('is retried when the driver says "%s"', (message) => {
		expect(isRetryable(new Error(message))).toBe(true);
	});

	it.each([undefined, null, 'words', 7, {}, new Error('made up'), { code: 22003 }])(
		'is neither when it is %s',
		(error) => {
			expect(isRetryable(error)).toBe(false);
			expect(isDataError(error)).toBe(false);
			expect(getSqlstate(error)).toBeUndefined();
		},
	);

	it('finds no SQLSTATE in network errors, although EPIPE looks like one', () => {
		expect(getSqlstate(withCode('EPIPE'))).toBeUndefined();
		expect(getSqlstate(withCode('22003'))).toBe('22003');
	});
});
