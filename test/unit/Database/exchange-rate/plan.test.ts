import { describe, expect, it } from '@jest/globals';

import { ratesToAsk, type Demand } from '../../../../nodes/Database/exchange-rate/plan';

const DEMAND: Demand = { currencies: [], missing: [], stored: [], base: 'EUR', today: '2026-11-23' };

const wanted = (...currencies: string[]) => currencies.map((currency) => ({ currency, historyStart: null }));
const stored = (quote: string, oldestDay: string, newestDay: string) => ({
	...{ quote, oldestDay, newestDay },
	holes: [],
});

describe('the rates to request', () => {
	it('are, the first time, the running month, the twelve before, and a week', () => {
		expect(ratesToAsk({ ...DEMAND, currencies: wanted('NZD', 'AUD', 'EUR') })).toEqual([
			{ currencies: ['AUD', 'NZD'], from: '2025-10-25' },
		]);
	});

	it('are a week before the newest day at a later load, but the whole history of a currency that is new', () => {
		const request = {
			...DEMAND,
			currencies: wanted('NZD', 'AUD'),
			stored: [stored('AUD', '2025-10-27', '2026-11-20')],
		};
		expect(ratesToAsk(request)).toEqual([
			{ currencies: ['AUD'], from: '2026-11-13' },
			{ currencies: ['NZD'], from: '2025-10-25' },
		]);
	});

	it('include what was loaded once', () => {
		const request = {
			...DEMAND,
			currencies: wanted('AUD'),
			stored: [stored('USD', '2025-10-27', '2026-11-20')],
		};
		expect(
			ratesToAsk(request)
				.flatMap(({ currencies }) => currencies)
				.sort(),
		).toEqual(['AUD', 'USD']);
	});

	it('reach as far back as a tenant’s history or a rejected record needs', () => {
		const history = { ...DEMAND, currencies: [{ currency: 'NZD', historyStart: '2024-01' }] };
		expect(ratesToAsk(history)).toEqual([{ currencies: ['NZD'], from: '2023-12-25' }]);
		const garbage = { ...DEMAND, currencies: [{ currency: 'NZD', historyStart: 'last year' }] };
		expect(ratesToAsk(garbage)).toEqual([{ currencies: ['NZD'], from: '2025-10-25' }]);
		const lacking = { from: 'USD', to: 'AUD', firstDay: '2020-02-29', lastDay: '2020-02-29', maxAgeDays: 3 };
		const request = {
			...DEMAND,
			missing: [lacking],
			stored: [stored('AUD', '2025-10-27', '2026-11-20')],
		};
		expect(ratesToAsk(request)).toEqual([{ currencies: ['AUD', 'USD'], from: '2020-02-26' }]);
	});

	it('start at a gap that an earlier load left', () => {
		const hole = { firstDay: '2026-04-01', lastDay: '2026-09-30' };
		const holed = { ...stored('AUD', '2025-10-27', '2026-11-20'), holes: [hole] };
		expect(ratesToAsk({ ...DEMAND, stored: [holed] })).toEqual([{ currencies: ['AUD'], from: '2026-03-25' }]);
		const before = { ...holed, holes: [{ firstDay: '2025-01-01', lastDay: '2025-03-01' }] };
		expect(ratesToAsk({ ...DEMAND, stored: [before] })).toEqual([
			{ currencies: ['AUD'], from: '2026-11-13' },
		]);
	});

	it('include the euro instead of what it replaced, which no bank has', () => {
		const request = { ...DEMAND, base: 'AUD', currencies: wanted('HRK', 'AUD') };
		expect(ratesToAsk(request)).toEqual([{ currencies: ['EUR'], from: '2025-10-25' }]);
		expect(ratesToAsk({ ...request, base: 'EUR' })).toEqual([{ currencies: ['AUD'], from: '2025-10-25' }]);
	});

	it('are only those that a person named', () => {
		const request = { ...DEMAND, currencies: wanted('NZD', 'AUD'), only: ['GBP', 'AUD'] };
		expect(ratesToAsk(request)).toEqual([{ currencies: ['AUD', 'GBP'], from: '2025-10-25' }]);
	});

	it('are none when the only currency is what the source quotes for', () => {
		expect(ratesToAsk({ ...DEMAND, base: 'AUD', currencies: wanted('AUD') })).toEqual([]);
	});
});
