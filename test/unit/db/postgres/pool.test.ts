import { afterAll, describe, expect, it } from '@jest/globals';

import { clientConfig, closePools, getPool, settingsFromUrl } from '../../../../db/postgres/pool';

describe('a database URL', () => {
	it('gives the settings, with what is percent-encoded', () => {
		expect(
			settingsFromUrl('postgresql://n8n:p%40ss%3Aword@db.example.com:6543/zix%20ly?sslmode=verify-full'),
		).toEqual({
			host: 'db.example.com',
			port: 6543,
			database: 'zix ly',
			user: 'n8n',
			password: 'p@ss:word',
			tls: 'verify-full',
		});
	});

	it.each([
		['postgres://u@localhost', 'disable'],
		['postgres://u@127.0.0.1/db', 'disable'],
		['postgres://u@[::1]/db', 'disable'],
		['postgres://u@db.example.com/db', 'verify-full'],
		['postgres://u@db.example.com/db?sslmode=disable', 'disable'],
		['postgres://u@localhost/db?sslmode=require', 'require'],
	])('%s is encrypted as %s', (url, tls) => {
		expect(settingsFromUrl(url).tls).toBe(tls);
	});

	it('falls back to the usual port and to the user’s own database', () => {
		expect(settingsFromUrl('postgres://zixly@localhost')).toMatchObject({ port: 5432, database: 'zixly' });
	});

	it.each([
		'',
		'made-up-password',
		'mysql://u:made-up-password@h/d',
		'postgres://h/made-up-password',
		'postgres://u:made-up-password%@h/d',
		'postgres://u%zz:made-up-password@h/d',
		'postgres://u:made-up-password@h/d%e2%82',
	])('is rejected without being repeated when it is "%s"', (url) => {
		expect(() => settingsFromUrl(url)).toThrow(/^The database URL cannot be read/);
		expect(() => settingsFromUrl(url)).not.toThrow(/made-up-password/);
	});

	it('refuses an sslmode that would check nothing', () => {
		expect(() => settingsFromUrl('postgres://u@h/d?sslmode=prefer')).toThrow(
			/disable, require or verify-full/,
		);
	});
});

describe('a pool', () => {
	const settings = settingsFromUrl('postgres://u:p@127.0.0.1:9/d');
	afterAll(closePools);

	it('is one for the same settings in any order, and another for others', () => {
		const reversed = Object.fromEntries(Object.entries(settings).reverse()) as unknown as typeof settings;
		expect(getPool({ ...settings })).toBe(getPool(reversed));
		expect(getPool({ ...settings, maxConnections: 2 })).not.toBe(getPool(settings));
		expect(getPool({ ...settings, password: 'other' })).not.toBe(getPool(settings));
	});

	it('is opened anew after all were closed', async () => {
		const before = getPool(settings);
		await closePools();
		expect(getPool(settings)).not.toBe(before);
		expect(before.ended).toBe(true);
	});

	it('checks the certificate only when asked to', () => {
		expect(clientConfig({ ...settings, tls: 'disable' }).ssl).toBe(false);
		expect(clientConfig({ ...settings, tls: 'require' }).ssl).toEqual({ rejectUnauthorized: false });
		expect(clientConfig({ ...settings, tls: 'verify-full', ca: 'PEM' }).ssl).toEqual({
			rejectUnauthorized: true,
			ca: 'PEM',
		});
	});
});
