import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { closePools, getPool, settingsFromUrl, type DatabaseSettings } from '../../../db/postgres/pool';
import { hasOpenssl, selfSigned } from '../../support/http/certificate';
import { startPostgres, type PostgresServer } from '../../support/database/postgres';

(hasOpenssl ? describe : describe.skip)('a connection to a server with TLS', () => {
	let server: PostgresServer;
	let settings: DatabaseSettings;
	let ca: string;
	const folder = mkdtempSync(path.join(tmpdir(), 'zixly-tls-'));
	beforeAll(async () => {
		const { cert, key } = selfSigned(folder, ['DNS:localhost']);
		server = await startPostgres({ settings: { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key } });
		settings = { ...settingsFromUrl(server.adminUrl), host: 'localhost' };
		ca = readFileSync(cert, 'utf8');
	});
	afterAll(async () => {
		await closePools();
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	const encrypted = async (changes: Partial<DatabaseSettings>): Promise<boolean> => {
		const { rows } = await getPool({ ...settings, ...changes }).query<{ ssl: boolean }>(
			'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
		);
		return rows[0]?.ssl ?? false;
	};

	it('is encrypted when required, and not when disabled', async () => {
		expect(await encrypted({ tls: 'require' })).toBe(true);
		expect(await encrypted({ tls: 'disable' })).toBe(false);
	});

	it('is made with a checked certificate', async () => {
		expect(await encrypted({ tls: 'verify-full', ca })).toBe(true);
	});

	it('is refused when the certificate’s authority is not known', async () => {
		await expect(encrypted({ tls: 'verify-full' })).rejects.toThrow(/self-signed/);
	});

	it('is refused when the certificate is another host’s', async () => {
		await expect(encrypted({ tls: 'verify-full', ca, host: '127.0.0.1' })).rejects.toThrow(
			/does not match|altnames/,
		);
	});
});
