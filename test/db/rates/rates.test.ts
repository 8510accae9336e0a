import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readRates, type RateNeed } from '../../../db/rates/read';
import { Conversion } from '../../../nodes/shared/conversion';
import { testDatabase, type TestDatabase } from '../../support/database/database';

let database: TestDatabase;

beforeAll(async () => {
	database = await testDatabase();
	await database.admin.query(
		`insert into etl.exchange_rates (base, quote, rate_date, rate, source) values
			('EUR', 'NZD', '2026-06-29', 1.9012, 'ecb'), ('EUR', 'AUD', '2026-06-29', 1.7654, 'ecb'),
			('EUR', 'NZD', '2026-06-30', 1.9100, 'ecb'), ('EUR', 'AUD', '2026-06-30', 1.7700, 'ecb'),
			('EUR', 'USD', '2026-06-30', 1.1000, 'ecb'), ('EUR', 'AUD', '2026-05-31', 1.7500, 'ecb'),
			('AUD', 'NZD', '2026-06-30', 1.08123456789012345678, 'rba'), ('AUD', 'JPY', '2026-06-30', 97.1, 'rba'),
			('NZD', 'AUD', '2026-07-01', 0.93, 'own'), ('NZD', 'AUD', '2026-06-28', 'NaN', 'own'),
			('NZD', 'AUD', '2026-06-27', 'Infinity', 'own')`,
	);
});
afterAll(async () => {
	await database.close();
});

const JUNE: RateNeed = { from: 'NZD', to: 'AUD', firstDay: '2026-06-01', lastDay: '2026-06-30' };

const shown = async (needs: RateNeed[]): Promise<string[]> =>
	(await readRates(database.pool, needs)).map(
		({ base, quote, date, rate, source }) => `${source} ${base}/${quote} ${date} ${rate}`,
	);

describe('the rates that a batch needs', () => {
	it('are those of its days, in every way that one source gives them', async () => {
		expect(await shown([JUNE])).toEqual([
			'ecb EUR/AUD 2026-06-29 1.7654',
			'ecb EUR/AUD 2026-06-30 1.7700',
			'ecb EUR/NZD 2026-06-29 1.9012',
			'ecb EUR/NZD 2026-06-30 1.9100',
			'rba AUD/NZD 2026-06-30 1.08123456789012345678',
		]);
	});

	it('are read in one query for all needs together', async () => {
		const may = { ...JUNE, from: 'USD', firstDay: '2026-05-31', lastDay: '2026-06-02' };
		const july = { ...JUNE, firstDay: '2026-07-01', lastDay: '2026-07-31' };
		const queries: string[] = [];
		const counted = new Proxy(database.pool, {
			get: (pool, key) =>
				key === 'connect'
					? async () => {
							const client = await pool.connect();
							const query = client.query.bind(client) as (...values: unknown[]) => unknown;
							client.query = ((...values: unknown[]) => {
								queries.push(String(values[0]));
								return query(...values);
							}) as typeof client.query;
							return client;
						}
					: (Reflect.get(pool, key) as unknown),
		});
		const rates = await readRates(counted, [july, JUNE, may, JUNE]);
		expect(rates.map(({ date }) => date)).toContain('2026-05-31');
		expect(rates.map(({ date }) => date)).toContain('2026-07-01');
		expect(queries.filter((text) => text.includes('etl.exchange_rates'))).toHaveLength(1);
	});

	it('are none where nothing is needed, without a connection', async () => {
		const unreachable = new Proxy(database.pool, {
			get: () => {
				throw new Error('The pool was used.');
			},
		});
		expect(await readRates(unreachable, [])).toEqual([]);
	});

	it('convert over a common base', async () => {
		const onlyEcb = (await readRates(database.pool, [JUNE])).filter(({ source }) => source === 'ecb');
		const found = new Conversion(onlyEcb).findRate({ ...JUNE, today: '2026-11-23', maxAgeDays: 7 });
		// (1.7654 / 1.9012 + 1.7700 / 1.9100) / 2, worked out apart from this code.
		expect(found).toMatchObject({ days: 2, quotation: 'cross', source: 'ecb', date: '2026-06-30' });
		expect(found?.rate.toFixed(15)).toBe('0.927636499626028');
	});

	it('may be read by n8n’s plain login', async () => {
		const { rows } = await database.pool.query<{ super: boolean }>(
			'select rolsuper as super from pg_roles where rolname = current_user',
		);
		expect(rows).toEqual([{ super: false }]);
		expect(await shown([JUNE])).not.toEqual([]);
	});
});
