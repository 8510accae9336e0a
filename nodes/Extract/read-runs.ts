import type { Pool } from 'pg';

import { accountChoice, accountsTaken, enterAccounts, saveAccountFacts } from '../../db/accounts';
import { deletedLeads, liveLeads } from '../../db/deleted-leads';
import { knownStages } from '../../db/known-stages';
import { readStates } from '../../db/stream-states';
import { renewLeases } from '../../db/sync-runs';
import { unreadableRecords } from '../../db/unreadable-records';
import { Budget } from '../engine/budget';
import { systemClock, type Clock } from '../engine/clock';
import { extractRun } from '../engine/extract-run';
import { envelopeOf, type ExtractContext, type RunBooks, type RunToExtract } from '../engine/run';
import { asFailure, ReadFailure } from '../engine/failure';
import type { Log } from '../engine/log';
import { failureMessage } from '../engine/outcomes';
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
	clock?: Clock;
}

/**
 * Reads the runs and keeps the leases of all of them. One run's trouble is a FAILURE among its own messages.
 * @returns the messages by run; one that the budget did not reach is missing
 */
export async function readRuns(
	runs: RunToExtract[],
	context: ReadRunsContext,
): Promise<Map<string, Message[]>> {
	const { pool, settings, clock = systemClock } = context;
	const budget = new Budget(settings.budget, clock);
	const runIds = runs.map(({ syncRunId }) => syncRunId);
	const lease = new LeaseKeeper(
		async () => await fromDatabase(async () => await renewLeases(pool, runIds)),
		clock,
	);
	const messages = new Map<string, Message[]>();
	await inOrder([...runs.entries()], RUNS_AT_ONCE, async ([index, run]) => {
		// The first is always read, so that every execution comes further.
		if (index > 0 && budget.isSpent) return;
		const keepLease = async (): Promise<void> => await lease.keep(run.syncRunId);
		messages.set(run.syncRunId, await readRun(run, { ...context, clock, budget, keepLease }));
	});
	return messages;
}

interface ReadRunContext extends ReadRunsContext {
	clock: Clock;
	budget: Budget;
	keepLease(): Promise<void>;
}

async function readRun(run: RunToExtract, context: ReadRunContext): Promise<Message[]> {
	const messages: Message[] = [];
	try {
		for await (const message of extractRun(run, extractContextOf(run, context))) messages.push(message);
	} catch (error) {
		context.signal?.throwIfAborted();
		messages.push(failureOf(run, asFailure(error, [context.connection.application.clientSecret])));
	}
	return messages;
}

function extractContextOf(
	run: RunToExtract,
	{ pool, settings, connection, throttles = processThrottles, ...context }: ReadRunContext,
): ExtractContext {
	const { definition, extractMode, historyStart, timezone, dayShare, timeoutMs } = settings;
	if (run.provider !== definition.key) throw otherProvider(run, definition.displayName);
	const { log, signal, clock, budget, keepLease } = context;
	return {
		...{ definition, extractMode, historyStart, timezone, dayShare, timeoutMs, throttles },
		...{ log, signal, clock, budget, keepLease },
		...{ http: connection.http, application: connection.application },
		connectionId: run.integrationId,
		baseUrl: connection.baseUrl(run),
		authorisation: connection.authorise(run),
		books: extractMode.mode === 'preview' ? booksToLookAt(pool, run) : booksOf(pool, run),
	};
}

/** A look changes nothing: an account that a sync would enter is only asked for whether another connection has it. */
function booksToLookAt(pool: Pool, run: RunToExtract): RunBooks {
	return {
		...booksOf(pool, run),
		enterAccounts: async (accounts) => {
			const ids = accounts.map(({ id }) => id);
			return [...(await fromDatabase(async () => await accountsTaken(pool, run, ids)))];
		},
		saveAccount: async () => await Promise.resolve(true),
	};
}

function booksOf(pool: Pool, run: RunToExtract): RunBooks {
	const { tenantId, integrationId, provider } = run;
	const where = { tenantId, integrationId, provider };
	return {
		readStates: async () => await fromDatabase(async () => await readStates(pool, where)),
		accountChoice: async () => await fromDatabase(async () => await accountChoice(pool, where)),
		enterAccounts: async (accounts) =>
			(await fromDatabase(async () => await enterAccounts(pool, where, accounts))).taken,
		saveAccount: async (facts) => await fromDatabase(async () => await saveAccountFacts(pool, where, facts)),
		of: (accountId) => {
			const leads = { tenantId, provider, accountId };
			return {
				deletedLeads: async () => await fromDatabase(async () => await deletedLeads(pool, leads)),
				liveLeads: async () => await fromDatabase(async () => await liveLeads(pool, leads)),
				unreadableRecords: async (stream) => {
					const owner = { tenantId, integrationId, accountId, stream };
					return await fromDatabase(async () => await unreadableRecords(pool, owner));
				},
				knownStages: async (ids) => await fromDatabase(async () => await knownStages(pool, leads, ids)),
			};
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
