import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { closePools, poolFor, settingsFromUrl, type DatabaseSettings } from '../../db/connection';
import { startPostgres, type PostgresServer } from '../support/postgres';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** A certificate for `localhost`, signed by itself, that the server's user may read. */
function certificate(folder: string): { cert: string; key: string } {
	const [cert, key] = [path.join(folder, 'server.crt'), path.join(folder, 'server.key')];
	const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
	const { status, stderr } = spawnSync(
		'openssl',
		[...args, '-addext', 'subjectAltName=DNS:localhost', '-out', cert, '-keyout', key],
		{ encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(stderr);
	if (process.getuid?.() === 0) for (const file of [folder, cert, key]) chownSync(file, 65534, 65534);
	return { cert, key };
}

describe.runIf(hasOpenssl)('a connection to a server with TLS', () => {
	let server: PostgresServer;
	let settings: DatabaseSettings;
	let ca: string;
	const folder = mkdtempSync(path.join(tmpdir(), 'zixly-tls-'));
	beforeAll(async () => {
		const { cert, key } = certificate(folder);
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
		const { rows } = await poolFor({ ...settings, ...changes }).query<{ ssl: boolean }>(
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
