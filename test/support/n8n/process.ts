import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DatabaseSettings } from '../../../db/postgres/pool';
import type { N8nInstallation } from '../../../scripts/n8n.mjs';

/** What a finished command of n8n's command line left. */
export interface CliResult {
	code: number;
	stdout: string;
	stderr: string;
	durationMs: number;
	/** Highest resident memory; 0 where the system does not tell (anything but Linux). */
	peakMemoryMb: number;
}

/** A setting for every switch that would make n8n talk to the outside, and a place of its own for everything else. */
export function environmentOf(userFolder: string, database: DatabaseSettings): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: userFolder,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: 'made-up-encryption-key-of-the-tests',
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: database.host,
		DB_POSTGRESDB_PORT: String(database.port),
		DB_POSTGRESDB_DATABASE: database.database,
		DB_POSTGRESDB_USER: database.user,
		DB_POSTGRESDB_PASSWORD: database.password,
		GENERIC_TIMEZONE: 'UTC',
		N8N_EXPRESSION_ENGINE: 'legacy',
		N8N_SECURE_COOKIE: 'false',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry,insights',
		...Object.fromEntries(TALKATIVE.map((name) => [name, 'false'])),
	};
}

const TALKATIVE = [
	'N8N_DIAGNOSTICS_ENABLED',
	'N8N_VERSION_NOTIFICATIONS_ENABLED',
	'N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED',
	'N8N_TEMPLATES_ENABLED',
	'N8N_DYNAMIC_BANNERS_ENABLED',
	'N8N_HIRING_BANNER_ENABLED',
	'N8N_PERSONALIZATION_ENABLED',
	'N8N_LICENSE_AUTO_RENEW_ENABLED',
];

/** Starts n8n's command line; every process needs a port of its own for its task broker. */
export async function spawnN8n(
	installation: N8nInstallation,
	args: string[],
	env: NodeJS.ProcessEnv,
	stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
): Promise<ChildProcess> {
	const broker = { N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
	return spawn(installation.node, [installation.cli, ...args], {
		cwd: env.N8N_USER_FOLDER,
		env: { ...env, ...broker },
		stdio,
	});
}

/** Runs one command to its end and never rejects for its exit code. */
export async function runN8n(
	installation: N8nInstallation,
	args: string[],
	env: NodeJS.ProcessEnv,
): Promise<CliResult> {
	const started = Date.now();
	const folder = await mkdtemp(join(tmpdir(), 'zixly-n8n-output-'));
	const files = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
	try {
		const outcome = await runInto(files, installation, args, env);
		const [stdout, stderr] = await Promise.all([
			readFile(files.stdout, 'utf8'),
			readFile(files.stderr, 'utf8'),
		]);
		return { ...outcome, stdout, stderr, durationMs: Date.now() - started };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Into files: of what n8n wrote to a pipe, its exit throws away what a busy machine has not read by then. */
async function runInto(
	files: { stdout: string; stderr: string },
	installation: N8nInstallation,
	args: string[],
	env: NodeJS.ProcessEnv,
): Promise<Pick<CliResult, 'code' | 'peakMemoryMb'>> {
	const [stdout, stderr] = await Promise.all([
		open(files.stdout, 'w', 0o600),
		open(files.stderr, 'w', 0o600),
	]);
	try {
		const child = await spawnN8n(installation, args, env, ['ignore', stdout.fd, stderr.fd]);
		const memory = watchMemory(child.pid);
		const code = await new Promise<number>((resolve, reject) => {
			child.on('error', reject);
			child.on('close', (exitCode) => resolve(exitCode ?? 1));
		});
		return { code, peakMemoryMb: memory.stop() };
	} finally {
		await Promise.all([stdout.close(), stderr.close()]);
	}
}

/** The kernel keeps the high-water mark itself; it is gone with the process, hence the repeated look. */
function watchMemory(pid: number | undefined): { stop(): number } {
	let peak = 0;
	const look = () => {
		const kilobytes = /VmHWM:\s+(\d+)/.exec(statusOf(pid))?.[1];
		peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
	};
	const timer = setInterval(look, 100);
	return {
		stop() {
			clearInterval(timer);
			return Math.round(peak);
		},
	};
}

function statusOf(pid: number | undefined): string {
	try {
		return readFileSync(join('/proc', String(pid), 'status'), 'utf8');
	} catch {
		// Not Linux, or the process has just ended.
		return '';
	}
}

/** A port of 127.0.0.1 that nobody used a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
