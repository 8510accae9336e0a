import type { Pool } from 'pg';

import { enabledAccounts, saveAccounts } from '../../db/accounts';
import { readStates } from '../../db/stream-states';
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
import type { Log } from '../engine/log';
import { Throttles } from '../engine/throttle';
import type { Message } from '../shared/messages';
import type { Connection } from './connection';
import { fromDatabase } from './database-failure';
import { inOrder } from './in-order';
import { LeaseKeeper } from './lease-keeper';
import type { ExtractSettings } from './settings';

/** Limits are an account's, whoever reads it: every execution of the process shares them. */
const processThrottles = new Throttles(systemClock);

/** Integrations have limits of their own, so a few are read at once; more would only fill the memory sooner. */
const RUNS_AT_ONCE = 3;

export interface ReadRunsContext {
	pool: Pool;
	settings: ExtractSettings;
	connection: Connection;
	log: Log;
	signal?: AbortSignal;
	throttles?: Throttles;
}

/** Reads every run and keeps the leases of all of them. One run's trouble is a FAILURE among its own messages. */
export async function readRuns(
	runs: RunToExtract[],
	context: ReadRunsContext,
): Promise<Map<string, Message[]>> {
	const { pool } = context;
	const runIds = runs.map(({ syncRunId }) => syncRunId);
	const lease = new LeaseKeeper(
		async () => await fromDatabase(async () => await renewLeases(pool, runIds)),
		systemClock,
	);
	const all = await inOrder(runs, RUNS_AT_ONCE, async (run): Promise<[string, Message[]]> => {
		const keepLease = async (): Promise<void> => await lease.keep(run.syncRunId);
		return [run.syncRunId, await readRun(run, context, keepLease)];
	});
	return new Map(all);
}

async function readRun(
	run: RunToExtract,
	context: ReadRunsContext,
	keepLease: () => Promise<void>,
): Promise<Message[]> {
	const messages: Message[] = [];
	try {
		for await (const message of extractRun(run, extractContextOf(run, context, keepLease)))
			messages.push(message);
	} catch (error) {
		context.signal?.throwIfAborted();
		messages.push(failureOf(run, asFailure(error)));
	}
	return messages;
}

function extractContextOf(
	run: RunToExtract,
	{ pool, settings, connection, log, signal, throttles = processThrottles }: ReadRunsContext,
	keepLease: () => Promise<void>,
): ExtractContext {
	const { definition, dayShare, timeoutMs, historyStart } = settings;
	if (run.provider !== definition.key) throw otherProvider(run, definition.displayName);
	const { baseUrl, http } = connection;
	const authorisation = connection.authorise(run);
	const limits = { throttles, dayShare, timeoutMs };
	const surroundings = { clock: systemClock, log, signal, keepLease };
	const books = booksOf(pool, run);
	return {
		definition,
		baseUrl,
		http,
		authorisation,
		...limits,
		...surroundings,
		books,
		options: { historyStart },
	};
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

/** What keeps a whole run from being read, as its message. */
export function failureOf(run: RunToExtract, failure: ReadFailure): Message {
	return failureMessage(envelopeOf(run, '', ''), failure);
}

function otherProvider(run: RunToExtract, displayName: string): ReadFailure {
	return new ReadFailure(
		'configuration',
		`Extract is set to ${displayName}, and this run is for "${run.provider}". Choose the same Provider in Claim Due and in Extract.`,
	);
}
