import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import path from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export interface Certificate {
	/** The files' paths. */
	cert: string;
	key: string;
}

/** A certificate for such names (`DNS:localhost`), signed by itself, that a PostgreSQL of the tests may read. */
export function selfSigned(folder: string, names: string[], file = 'server'): Certificate {
	const [cert, key] = [path.join(folder, `${file}.crt`), path.join(folder, `${file}.key`)];
	const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=made-up'];
	const { status, stderr } = spawnSync(
		'openssl',
		[...args, '-addext', `subjectAltName=${names.join(',')}`, '-out', cert, '-keyout', key],
		{ encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(stderr);
	if (process.getuid?.() === 0) for (const owned of [folder, cert, key]) chownSync(owned, 65534, 65534);
	return { cert, key };
}
