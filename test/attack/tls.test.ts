import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { closePools, settingsFromUrl, type DatabaseSettings } from '../../db/postgres/pool';
import { ZixlyPostgresApi } from '../../credentials/ZixlyPostgresApi.credentials';
import { postgresConnection } from '../../nodes/adapter/credential-test';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { hasOpenssl, selfSigned, type Certificate } from '../support/http/certificate';
import { impostor, tlsStripper, type Greeting, type Impostor } from '../support/database/impostor';
import { startPostgres, type PostgresServer } from '../support/database/postgres';

/** On this machine, and to the package a host like any other. */
const HOST = '127.0.0.2';
const PASSWORD = 'made-up-password';
const LOGIN = 'zixly_n8n';

type Tls = DatabaseSettings['tls'];

/** What the dialog of the credential says. */
async function testOf(settings: DatabaseSettings): Promise<{ status: string; message: string }> {
	const credential = { id: '1', name: 'n', type: 't', data: { ...settings } };
	return await postgresConnection.call({} as never, credential as never);
}

/** As a URL without `sslmode` has it, unless told. */
function settingsTo(port: number, changes: Partial<DatabaseSettings> = {}): DatabaseSettings {
	return { ...settingsFromUrl(`postgresql://${LOGIN}:${PASSWORD}@${HOST}:${port}/zixly`), ...changes };
}

/** Everything that could follow the answer, sent before TLS has begun. */
const STUFFED = Buffer.concat([Buffer.from('S'), Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])]);

(hasOpenssl && process.platform === 'linux' ? describe : describe.skip)(
	'between n8n and a server with TLS',
	() => {
		const folder = mkdtempSync(path.join(tmpdir(), 'zixly-impostor-'));
		let own: Certificate;
		let strangers: Certificate;
		let server: PostgresServer;
		const impostors: Impostor[] = [];
		beforeAll(async () => {
			own = selfSigned(folder, [`IP:${HOST}`]);
			strangers = selfSigned(folder, ['DNS:elsewhere.example'], 'strangers');
			const ssl = { ssl: 'on', ssl_cert_file: own.cert, ssl_key_file: own.key };
			server = await startPostgres({ settings: { ...ssl, listen_addresses: `127.0.0.1,${HOST}` } });
		});
		afterEach(async () => {
			await closePools();
			await Promise.all(impostors.splice(0).map((one) => one.close()));
		});
		afterAll(async () => {
			await server.stop();
			rmSync(folder, { recursive: true, force: true });
		});

		async function inBetween(greeting: Greeting): Promise<Impostor> {
			const one = await impostor(greeting, HOST);
			impostors.push(one);
			return one;
		}

		async function stripper(): Promise<Impostor> {
			const one = await tlsStripper(server.port, HOST);
			impostors.push(one);
			return one;
		}

		/** Gained is whatever the one in between was told, or a Test that is content. */
		async function meet(
			name: string,
			{ port, heard }: Impostor,
			{ words, ...changes }: { words: RegExp; tls?: Tls; ca?: string },
		): Promise<Attack> {
			const { status, message } = await testOf(settingsTo(port, changes));
			expect(message).toMatch(words);
			expect(message).not.toContain(PASSWORD);
			return { name, gained: heard.length > 0 || status !== 'Error' ? [status, heard] : undefined };
		}

		const NO_TLS = /offers no TLS.*Disable.*switch TLS on/;
		const NO_ANSWER = /did not come from a PostgreSQL server.*Check host, port/;

		it('nobody gets the password by default, and Test says what is wrong', async () => {
			const ca = readFileSync(strangers.cert, 'utf8');
			expectRepelled('tls: impostors of Verify Full', [
				await meet('a certificate of its own', await inBetween({ tls: strangers }), {
					words: /authority that this machine does not trust.*CA Certificate/,
				}),
				await meet('a certificate of the authority, for another host', await inBetween({ tls: strangers }), {
					ca,
					words: /certificate is for another host name/,
				}),
				await meet('no TLS', await inBetween({ bytes: 'N' }), { words: NO_TLS }),
				await meet(
					'no TLS, and a request in the same breath',
					await inBetween({ bytes: `N${'R'.repeat(8)}` }),
					{
						words: NO_ANSWER,
					},
				),
				await meet('bytes before TLS', await inBetween({ bytes: STUFFED }), { words: NO_ANSWER }),
				await meet('an error instead', await inBetween({ bytes: 'E' }), { words: NO_ANSWER }),
				await meet('a proxy that strips TLS', await stripper(), { words: NO_TLS }),
			]);
		});

		it('Require takes no connection without TLS', async () => {
			expectRepelled('tls: impostors of Require', [
				await meet('no TLS', await inBetween({ bytes: 'N' }), { tls: 'require', words: NO_TLS }),
				await meet('bytes before TLS', await inBetween({ bytes: STUFFED }), {
					tls: 'require',
					words: NO_ANSWER,
				}),
				await meet('a proxy that strips TLS', await stripper(), { tls: 'require', words: NO_TLS }),
			]);
		});

		it('an impostor can notice: without a check of its certificate it is told the password', async () => {
			const one = await inBetween({ tls: strangers });
			await testOf(settingsTo(one.port, { tls: 'require' }));
			expect(one.heard.join()).toContain(PASSWORD);
		});

		describe('Test of the server itself', () => {
			const real = (changes: Partial<DatabaseSettings>): DatabaseSettings => ({
				...settingsFromUrl(server.adminUrl),
				host: HOST,
				...changes,
			});

			it('is content with Verify Full, and connects', async () => {
				const result = await testOf(real({ tls: 'verify-full', ca: readFileSync(own.cert, 'utf8') }));
				expect(result).toMatchObject({ status: 'OK', message: expect.stringMatching(/^Connected\./) });
				expect(result.message).not.toContain('Verify Full');
			});

			it.each<[Tls, RegExp]>([
				['require', /certificate is not checked.*Use TLS "Verify Full"/],
				['disable', /not encrypted.*Use TLS "Verify Full"/],
			])('warns of %s, and connects', async (tls, words) => {
				const result = await testOf(real({ tls }));
				expect(result).toMatchObject({ status: 'OK', message: expect.stringMatching(words) });
			});
		});
	},
);

it('Verify Full is the default of the credential, and of a URL to another machine', () => {
	const field = new ZixlyPostgresApi().properties.find(({ name }) => name === 'tls');
	expect(field?.default).toBe('verify-full');
	expect(settingsTo(5432).tls).toBe('verify-full');
});
