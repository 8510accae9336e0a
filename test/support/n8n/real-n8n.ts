import { createRequire } from 'node:module';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Client } from 'pg';

import { clientConfig, type DatabaseSettings } from '../../../db/postgres/pool';
import { ensureN8n, type N8nInstallation } from '../../../scripts/n8n.mjs';
import { CHECKOUT, type WorkflowFile } from '../checkout';
import type { StoredCredential } from './credentials';
import { installPackage } from './package';
import { environmentOf, freePort, runN8n, spawnN8n, type CliResult } from './process';
import { N8nSession, OWNER } from './session';

export interface RealN8nOptions {
	/** An empty database of its own on PostgreSQL 16 or newer, and a login that owns it: n8n's books. */
	database: DatabaseSettings;
	/** More environment variables, e.g. a log level. */
	env?: NodeJS.ProcessEnv;
	/** Whether the package is installed; the default is true. */
	withPackage?: boolean;
}

export interface Execution extends CliResult {
	/** What `n8n execute --rawOutput` printed, where it came so far. */
	run?: { data: { resultData: { runData: Record<string, unknown>; error?: { message: string } } } };
}

/** A real n8n in a folder and a database of its own, with the packed package installed in it. */
export class RealN8n {
	private server?: N8nServer;

	private constructor(
		readonly installation: N8nInstallation,
		/** Its home; n8n's own files are below `.n8n` in it. */
		readonly userFolder: string,
		/** The variables that its commands need. */
		readonly env: NodeJS.ProcessEnv,
		/** Its own. */
		private readonly database: DatabaseSettings,
	) {}

	/** Installs n8n where it is not yet, then the package as n8n's installer does, and makes n8n's tables. */
	static async create({ database, env = {}, withPackage = true }: RealN8nOptions): Promise<RealN8n> {
		const installation = await ensureN8n(CHECKOUT);
		const userFolder = await mkdtemp(join(tmpdir(), 'zixly-n8n-'));
		if (withPackage) await installPackage(userFolder, dirname(installation.root));
		return new RealN8n(
			installation,
			userFolder,
			{ ...environmentOf(userFolder, database), ...env },
			database,
		);
	}

	/** Any command, e.g. `['list:workflow']`. */
	async cli(args: string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
		return await runN8n(this.installation, args, { ...this.env, ...env });
	}

	/** Upserts credentials by id. Rejects with n8n's own words. */
	async importCredentials(credentials: StoredCredential[]): Promise<void> {
		// In plain text for a moment: in n8n's own folder, which close() removes, and for this user's eyes only.
		await this.importFile('import:credentials', 'credentials.json', credentials);
	}

	/** Upserts workflows by id; they are unpublished afterwards. */
	async importWorkflows(workflows: WorkflowFile[]): Promise<void> {
		await this.importFile('import:workflow', 'workflows.json', workflows);
	}

	/** Upserts every file of a folder, as the README tells people to. */
	async importWorkflowFolder(folder: string): Promise<void> {
		await this.mustRun(['import:workflow', '--separate', `--input=${folder}`]);
	}

	/** Runs a workflow by n8n's command line, from its manual or Execute Workflow trigger. */
	async execute(id: string, env: NodeJS.ProcessEnv = {}): Promise<Execution> {
		const result = await this.cli(['execute', `--id=${id}`, '--rawOutput'], env);
		return { ...result, run: runIn(result.stdout) };
	}

	/** Lets a workflow's triggers run, and other workflows call it; where the server is up, waits until it has noticed. */
	async publish(id: string): Promise<void> {
		await this.mustRun(['publish:workflow', `--id=${id}`]);
		for (let second = 0; this.server && !(await this.isPublished(id)); second++) {
			if (second === 180) throw new Error(`n8n's server did not notice that ${id} was published.`);
			await wait(1_000);
		}
	}

	private async isPublished(id: string): Promise<boolean> {
		const client = new Client(clientConfig(this.database));
		await client.connect();
		try {
			const found = 'select from workflow_published_version where "workflowId" = $1';
			return (await client.query(found, [id])).rowCount === 1;
		} finally {
			await client.end();
		}
	}

	/** Starts the server with its editor and an owner, and resolves when it answers. */
	async start(): Promise<N8nServer> {
		this.server ??= await startServer(this.installation, this.env);
		void this.server.ended.then(() => (this.server = undefined));
		return this.server;
	}

	/** Stops the server and removes the folder; the database is the caller's. */
	async close(): Promise<void> {
		await this.server?.stop();
		await rm(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}

	private async importFile(command: string, name: string, content: unknown): Promise<void> {
		const file = join(this.userFolder, name);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, JSON.stringify(content), { mode: 0o600 });
		try {
			await this.mustRun([command, `--input=${file}`]);
		} finally {
			await rm(file);
		}
	}

	private async mustRun(args: string[]): Promise<void> {
		const result = await this.cli(args);
		if (result.code !== 0) {
			throw new Error(`n8n ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`);
		}
	}
}

/** A running server. */
export interface N8nServer {
	url: string;
	/** The same for a browser: n8n's own links and redirect URLs say localhost, and cookies belong to a host name. */
	browserUrl: string;
	owner: { email: string; password: string };
	/** Everything it printed so far. */
	log(): string;
	/** Signs in as the owner. */
	signIn(): Promise<N8nSession>;
	/** Resolves to the exit code when the server ends by itself or is stopped. */
	ended: Promise<number>;
	stop(): Promise<void>;
	/** Ends it in the middle of whatever it does; `start` of the n8n then starts another one. */
	kill(): Promise<void>;
}

async function startServer(installation: N8nInstallation, env: NodeJS.ProcessEnv): Promise<N8nServer> {
	const port = Number(env.N8N_PORT) || (await freePort());
	const url = `http://127.0.0.1:${port}`;
	const owner = ownerEnvironment(installation);
	const child = await spawnN8n(installation, ['start'], { ...env, ...owner, N8N_PORT: String(port) });
	const words: string[] = [];
	child.stdout?.on('data', (chunk: Buffer) => words.push(chunk.toString()));
	child.stderr?.on('data', (chunk: Buffer) => words.push(chunk.toString()));
	const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
	const server: N8nServer = {
		url,
		browserUrl: `http://localhost:${port}`,
		owner: OWNER,
		log: () => words.join(''),
		signIn: async () => await N8nSession.signIn(url),
		ended,
		stop: async () => {
			child.kill('SIGTERM');
			const forced = setTimeout(() => child.kill('SIGKILL'), 20_000);
			await ended;
			clearTimeout(forced);
		},
		kill: async () => {
			child.kill('SIGKILL');
			await ended;
		},
	};
	await untilReady(server);
	return server;
}

function ownerEnvironment(installation: N8nInstallation): NodeJS.ProcessEnv {
	const requireFromN8n = createRequire(join(installation.root, 'package.json'));
	const bcrypt = requireFromN8n('bcryptjs') as { hashSync(password: string, rounds: number): string };
	return {
		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
		N8N_INSTANCE_OWNER_EMAIL: OWNER.email,
		N8N_INSTANCE_OWNER_FIRST_NAME: 'Zixly',
		N8N_INSTANCE_OWNER_LAST_NAME: 'Demo',
		N8N_INSTANCE_OWNER_PASSWORD_HASH: bcrypt.hashSync(OWNER.password, 10),
	};
}

async function untilReady(server: N8nServer, seconds = 300): Promise<void> {
	const exit = server.ended.then((code) => {
		throw new Error(`n8n ended with ${code} before it was ready:\n${server.log()}`);
	});
	const ready = (async () => {
		for (let tries = 0; tries < seconds * 4; tries++) {
			const reply = await fetch(`${server.url}/healthz/readiness`).catch(() => undefined);
			if (reply?.ok) return;
			await wait(250);
		}
		throw new Error(`n8n was not ready after ${seconds} s:\n${server.log()}`);
	})();
	await Promise.race([ready, exit]);
	exit.catch(() => undefined);
}

/** Log lines may precede the JSON on stdout. What ended early has none, or a part of it: then its code and words count. */
function runIn(stdout: string): Execution['run'] {
	const start = /^\{/m.exec(stdout)?.index;
	if (start === undefined) return undefined;
	const text = stdout.slice(start);
	try {
		return JSON.parse(text.slice(0, text.lastIndexOf('\n}') + 2)) as Execution['run'];
	} catch {
		return undefined;
	}
}
