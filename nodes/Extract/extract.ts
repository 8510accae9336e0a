import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { readStates } from '../../db/stream-states';
import { enabledAccounts, saveAccounts } from '../../db/accounts';
import { renewLeases } from '../../db/sync-runs';
import { systemClock } from '../engine/clock';
import {
	envelopeOf,
	extractRun,
	failureMessage,
	type ExtractContext,
	type RunBooks,
	type RunToExtract,
} from '../engine/extract-run';
import { asFailure, ReadFailure } from '../engine/failure';
import { Throttles } from '../engine/throttle';
import { databaseFor } from '../shared/n8n/database';
import { nodeError } from '../shared/n8n/errors';
import { paired } from '../shared/n8n/items';
import type { Message } from '../shared/messages';
import { claimedRunIn } from './claimed-run';
import { connectionOf, type Connection } from './connection';
import { fromDatabase } from './database-failure';
import { inOrder } from './in-order';
import { LeaseKeeper } from './lease-keeper';
import { releaseRuns } from './release';
import { settingsOf, type ExtractSettings } from './settings';

/** Limits are an account's, whoever reads it: every execution of the process shares them. */
const throttles = new Throttles(systemClock);

/** Integrations have limits of their own, so a few are read at once; more would only fill the memory sooner. */
const RUNS_AT_ONCE = 3;

/** Reads every claimed run among the input items, in order; other items are passed on in their place. */
export async function extract(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const runs = items.map(({ json }) => claimedRunIn(json));
	const claimed = runs.filter((run) => run !== undefined);
	const messages = claimed.length > 0 ? await messagesOf(context, claimed) : new Map<string, Message[]>();
	const output = items.flatMap((item, index) => {
		const run = runs[index];
		if (!run) return [{ ...item, pairedItem: { item: index } }];
		return (messages.get(run.syncRunId) ?? []).map((message) => paired(message, index));
	});
	const failed = output
		.filter(({ json }) => json.type === 'FAILURE')
		.map((item) => ({ ...item, json: { ...item.json } }));
	return [output, failed];
}

/** The messages of every run, by its id. */
async function messagesOf(context: IExecuteFunctions, runs: RunToExtract[]): Promise<Map<string, Message[]>> {
	const pool = await databaseFor(context);
	try {
		return await readRuns(context, runs, pool);
	} catch (error) {
		// The settings are wrong, or a person stopped it: no run should have to wait for its lease to end.
		const failure = asSettingsFailure(error);
		if (context.continueOnFail()) return new Map(runs.map((run) => [run.syncRunId, [failed(run, failure)]]));
		await releaseRuns(pool, runs, failure, context.logger);
		throw nodeError(context.getNode(), error);
	}
}

async function readRuns(
	context: IExecuteFunctions,
	runs: RunToExtract[],
	pool: Pool,
): Promise<Map<string, Message[]>> {
	const settings = settingsOf(context);
	assertOneIntegration(settings, runs);
	const signal = context.getExecutionCancelSignal();
	const connection = await connectionOf(context, settings, pool, signal);
	const runIds = runs.map(({ syncRunId }) => syncRunId);
	const lease = new LeaseKeeper(
		async () => await fromDatabase(async () => await renewLeases(pool, runIds)),
		systemClock,
	);
	const shared = {
		...settings,
		options: settings,
		baseUrl: connection.baseUrl,
		http: connection.http,
		signal,
	};
	const all = await inOrder(runs, RUNS_AT_ONCE, async (run): Promise<[string, Message[]]> => {
		const work = { ...shared, throttles, clock: systemClock, log: context.logger };
		const keepLease = async (): Promise<void> => await lease.keep(run.syncRunId);
		return [run.syncRunId, await readRun(run, connection, { ...work, keepLease, books: booksOf(pool, run) })];
	});
	return new Map(all);
}

async function readRun(
	run: RunToExtract,
	connection: Connection,
	context: Omit<ExtractContext, 'authorisation'>,
): Promise<Message[]> {
	try {
		assertProvider(run, context);
		const messages: Message[] = [];
		const authorisation = connection.authorise(run);
		for await (const message of extractRun(run, { ...context, authorisation })) messages.push(message);
		return messages;
	} catch (error) {
		context.signal?.throwIfAborted();
		return [failed(run, asFailure(error))];
	}
}

function booksOf(pool: Pool, run: RunToExtract): RunBooks {
	const { tenantId, integrationId, provider } = run;
	const where = { tenantId, integrationId, provider };
	return {
		readStates: async () => await fromDatabase(async () => await readStates(pool, where)),
		knownAccounts: async () => await fromDatabase(async () => await enabledAccounts(pool, where)),
		saveAccount: async (account) => {
			const { saved } = await fromDatabase(async () => await saveAccounts(pool, where, [account]));
			if (!saved[0]) return 'conflict';
			return saved[0].enabled ? 'enabled' : 'disabled';
		},
	};
}

const failed = (run: RunToExtract, failure: ReadFailure): Message =>
	failureMessage(envelopeOf(run, '', ''), failure);

/** What is wrong for every run alike can only be the node's settings or its credentials. */
function asSettingsFailure(error: unknown): ReadFailure {
	if (error instanceof ReadFailure) return error;
	return new ReadFailure('configuration', asFailure(new Error((error as Error).message)).message);
}

function assertProvider(run: RunToExtract, { definition }: Pick<ExtractContext, 'definition'>): void {
	if (run.provider === definition.key) return;
	const message = `Extract is set to ${definition.displayName}, and this run is for "${run.provider}". Choose the same Provider in Claim Due and in Extract.`;
	throw new ReadFailure('configuration', message);
}

// One credential is one consent: with two connections the data of one tenant would land with the other.
function assertOneIntegration({ authentication }: ExtractSettings, runs: RunToExtract[]): void {
	const integrations = new Set(runs.map(({ integrationId }) => integrationId));
	if (authentication === 'storedIntegration' || integrations.size <= 1) return;
	throw new ReadFailure(
		'configuration',
		`An n8n credential belongs to one connection, and ${integrations.size} were claimed. Choose one in Integration of Claim Due.`,
	);
}
