import { describe, expect, it } from '@jest/globals';

import type { EnteredAccount } from '../../../../db/integrations/accounts';
import { accountsToEnter } from '../../../../nodes/engine/read/account-choice';
import { parseAccountId, checkedFacts, checkedListing } from '../../../../nodes/engine/read/account-list';
import type { AccountDiscovery, AccountListing } from '../../../../nodes/engine/contract/provider';
import { DIGITS, GUID } from '../../../../nodes/providers/account-facts';

const discovery = { id: DIGITS } as unknown as AccountDiscovery;
const guids = { id: GUID } as unknown as AccountDiscovery;
const listing = (ids: unknown[], consent?: readonly string[] | null) =>
	checkedListing(discovery, {
		accounts: ids.map((id) => ({ id, name: 'A name' })),
		consent,
		warnings: [],
	} as AccountListing);
const own = (id: string, more: Partial<EnteredAccount> = {}): EnteredAccount => ({
	...{ id, name: null, timezone: null, currency: null, enabled: true, released: false },
	...more,
});
const idsFor = (
	metadata: Record<string, unknown>,
	accounts: EnteredAccount[],
	of: ReturnType<typeof listing>,
) => {
	const added = accountsToEnter({ metadata, accounts }, of);
	return typeof added === 'string' ? added : added.map(({ id }) => id);
};

const released = { released: true };
const off = { enabled: false };
const byConsent = { accounts: 'consent' };

describe('the accounts that a sync enters', () => {
	it.each([
		['the only account of a provider that names no consent', {}, [], listing(['1']), ['1']],
		['the only account of the consent', {}, [], listing(['1', '2'], ['2']), ['2']],
		['nothing where there are several', {}, [], listing(['1', '2']), 'several'],
		['nothing where the consent has several', {}, [], listing(['1', '2', '3'], ['1', '2']), 'several'],
		['nothing where the consent is not named', {}, [], listing(['1'], null), 'unclear'],
		['nothing where the consent has none', {}, [], listing(['1'], []), 'unclear'],
		['nothing beside what is chosen', {}, [own('1')], listing(['1', '2'], ['1', '2']), []],
		['nothing beside what is switched off', {}, [own('1', off)], listing(['2'], ['2']), []],
		['what comes back', {}, [own('1', released), own('2', released)], listing(['2', '3'], null), ['2']],
		['not what was given up by hand', {}, [own('1', { ...released, ...off })], listing(['1']), 'others'],
		['no other account after it was ended', {}, [own('1', released)], listing(['2'], ['2']), 'others'],
		[
			'all of the consent, where that is chosen',
			byConsent,
			[],
			listing(['1', '2', '3'], ['1', '2']),
			['1', '2'],
		],
		['what a further consent adds', byConsent, [own('1')], listing(['1', '2'], ['2']), ['2']],
		['nothing of an unnamed consent', byConsent, [], listing(['1'], null), 'unclear'],
		['nothing of a provider that names none', byConsent, [], listing(['1']), 'unclear'],
		['nothing more where the consent is not named', byConsent, [own('1')], listing(['1', '2'], null), []],
		['not what is off', byConsent, [own('1', off), own('2')], listing(['1', '2'], ['1', '2']), []],
		[
			'not what was given up',
			byConsent,
			[own('1', { ...off, ...released })],
			listing(['1'], ['1']),
			'others',
		],
	])('is %s', (_, metadata, accounts, of, expected) => {
		expect(idsFor(metadata, accounts, of)).toEqual(expected);
	});

	it.each([
		['no id', ['1', 'x']],
		['a path', ['1', '../1']],
		['no text', ['1', { toString: '1' }]],
		['a long one', ['1', '9'.repeat(65)]],
		['a number', ['1', 2]],
		['nothing', ['1', '']],
	])('is nothing where the answer holds %s among good ones', (_, ids) => {
		const of = listing(ids, ['1']);
		expect(idsFor({}, [], of)).toBe('unclear');
		expect(idsFor(byConsent, [], of)).toBe('unclear');
		expect(idsFor({}, [own('1')], of)).toEqual([]);
		expect([...of.accounts.keys()]).toEqual(['1']);
	});

	it('is one account where the same is told twice, and no more than a thousand of a consent', () => {
		expect(idsFor({}, [], listing(['1', '1'], ['1', '1']))).toEqual(['1']);
		const many = Array.from({ length: 10_000 }, (_, index) => String(index + 1));
		expect(idsFor({}, [], listing(many))).toBe('several');
		expect(idsFor(byConsent, [], listing(many, many))).toBe('tooMany');
		expect(idsFor(byConsent, [own('1')], listing(many, many))).toEqual([]);
		expect(idsFor(byConsent, [], listing(many, many.slice(0, 1_000)))).toHaveLength(1_000);
	});
});

describe('an account', () => {
	it('has the id that its provider’s look like', () => {
		const guid = '0F4B7D9C-1111-4222-8333-444455556666';
		expect(parseAccountId(guids, ` ${guid} `)).toBe(guid.toLowerCase());
		for (const text of [`${guid}/x`, '1', `{${guid}}`, null])
			expect(parseAccountId(guids, text)).toBeUndefined();
	});

	it('has no fact that cannot be so', () => {
		const nothing = { name: null, timezone: null, currency: null };
		expect(checkedFacts({ id: '1', name: ' ', timezone: 'Mars/Olympus', currency: 'aud' })).toEqual({
			id: '1',
			...nothing,
		});
		expect(checkedFacts({ id: '1', ...nothing })).toEqual({ id: '1', ...nothing });
		const long = checkedFacts({ id: '1', ...nothing, name: `NUL \0 and ${'long '.repeat(100_000)}` });
		expect(long.name).toHaveLength(300);
		expect(long.name).toMatch(/^NUL \uFFFD and/);
	});
});
