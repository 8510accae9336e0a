import type { Pool } from 'pg';

import {
	accountChoice,
	accountsTaken,
	enterAccounts,
	saveAccountFacts,
} from '../../db/integrations/accounts';
import { deletedLeads, liveLeads } from '../../db/leads/ids';
import { knownStages } from '../../db/leads/stages';
import { readStates } from '../../db/runs/stream-states';
import { renewLeases } from '../../db/runs/claim';
import { startProgress, type RunProgress } from '../../db/runs/progress';
import { unreadableRecords } from '../../db/runs/unreadable-records';
import { Budget } from '../engine/limits/budget';
import { systemClock, type Clock, type Log } from '../engine/contract/ports';
import { extractRun } from '../engine/read/extract-run';
import { buildEnvelope, type ExtractContext, type RunStore, type RunToExtract } from '../engine/read/run';
import { asFailure, ReadFailure } from '../engine/contract/failure';
import { failureMessage } from '../engine/read/failures';
import { RateLimiters } from '../engine/limits/rate-limiter';
import type { Message } from '../shared/messages';
import type { Connection } from '../engine/connect/stored-connection';
import { fromDatabase } from '../engine/connect/database-failure';
import { mapConcurrently } from '../shared/concurrency';
import { HEARTBEAT_MS, withHeartbeat } from '../shared/heartbeat';
import { LeaseKeeper } from './lease-keeper';
import type { ExtractSettings } from './settings';

/** Limits apply per account, so all executions of the process share them. */
const processRateLimiters = new RateLimiters(systemClock);

/** Connections have separate rate limits, so a few are read in parallel. More would only use memory sooner. */
const RUNS_AT_ONCE = 3;

export interface ReadRunsContext {
	pool: Pool;
	settings: ExtractSettings;
	connection: Connection;
	log: Log;
	signal?: AbortSignal;
	rateLimiters?: RateLimiters;
	clock?: Clock;
}

/**
 * Reads the runs and renews the leases of all of them. A run that fails yields a FAILURE among its own messages.
 * @returns the messages by run id; runs that the budget did not reach are missing
 */
export async function readRuns(
	runs: RunToExtract[],
	context: ReadRunsContext,
): Promise<Map<string, Message[]>> {
	const { pool, settings, clock = systemClock } = context;
	const budgets = assignBudgets(runs, settings, clock);
	const runIds = runs.map(({ syncRunId }) => syncRunId);
	const progress = new Map<string, RunProgress>();
	const lease = new LeaseKeeper(
		async () => await fromDatabase(async () => await renewLeases(pool, runIds, progress)),
		clock,
	);
	const messages = new Map<string, Message[]>();
	const readOne = async ([index, run]: [number, RunToExtract]): Promise<void> => {
		const budget = budgets[index];
		// The first run is always read, so that every execution makes progress.
		if (!budget || (index > 0 && budget.isSpent)) return;
		const keepLease = async (): Promise<void> => await lease.keep(run.syncRunId);
		const own = startProgress();
		progress.set(run.syncRunId, own);
		messages.set(run.syncRunId, await readRun(run, { ...context, clock, budget, keepLease, progress: own }));
	};
	// A wait for a rate limit or a slow reply may be longer than an execution by hand may be silent.
	await withHeartbeat(
		HEARTBEAT_MS,
		async () => await lease.beat(),
		async () => await mapConcurrently([...runs.entries()], RUNS_AT_ONCE, readOne),
	);
	// The last calls and records of each run. Losing them only makes its history less exact.
	await renewLeases(pool, runIds, progress).catch(() => undefined);
	return messages;
}

/**
 * A sync has one budget for all runs. In a preview each run has an equal share of its own, so that no tenant uses up the
 * Limit; runs that exceed the Limit have none.
 */
function assignBudgets(
	runs: readonly RunToExtract[],
	{ extractMode, budget }: ExtractSettings,
	clock: Clock,
): Budget[] {
	if (extractMode.mode !== 'preview') {
		const shared = new Budget(budget, clock);
		return runs.map(() => shared);
	}
	const shown = runs.slice(0, budget.maxRecords);
	const maxRecords = Math.ceil(budget.maxRecords / shown.length);
	return shown.map(() => new Budget({ ...budget, maxRecords }, clock));
}

interface ReadRunContext extends ReadRunsContext {
	clock: Clock;
	budget: Budget;
	progress: RunProgress;
	keepLease(): Promise<void>;
}

async function readRun(run: RunToExtract, context: ReadRunContext): Promise<Message[]> {
	const messages: Message[] = [];
	try {
		for await (const message of extractRun(run, buildExtractContext(run, context))) messages.push(message);
	} catch (error) {
		context.signal?.throwIfAborted();
		messages.push(toFailureMessage(run, asFailure(error, [context.connection.application.clientSecret])));
	}
	return messages;
}

function buildExtractContext(
	run: RunToExtract,
	{ pool, settings, connection, rateLimiters = processRateLimiters, ...context }: ReadRunContext,
): ExtractContext {
	const { definition, extractMode, historyStart, timezone, dayShare, timeoutMs } = settings;
	if (run.provider !== definition.key) throw otherProvider(run, definition.displayName);
	const { log, signal, clock, budget, keepLease, progress } = context;
	return {
		...{ definition, extractMode, historyStart, timezone, dayShare, timeoutMs, rateLimiters },
		...{ log, signal, clock, budget, keepLease, progress },
		...{ http: connection.http, application: connection.application },
		connectionId: run.integrationId,
		baseUrl: connection.baseUrl(run),
		authorisation: connection.authorise(run),
		store: extractMode.mode === 'preview' ? buildReadOnlyStore(pool, run) : buildRunStore(pool, run),
	};
}

/** A preview stores nothing: instead of entering accounts it only checks whether another connection has them. */
function buildReadOnlyStore(pool: Pool, run: RunToExtract): RunStore {
	return {
		...buildRunStore(pool, run),
		enterAccounts: async (accounts) => {
			const ids = accounts.map(({ id }) => id);
			return [...(await fromDatabase(async () => await accountsTaken(pool, run, ids)))];
		},
		saveAccount: async () => await Promise.resolve(true),
	};
}

function buildRunStore(pool: Pool, run: RunToExtract): RunStore {
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

/** The FAILURE of a run that could not be read at all. */
export function toFailureMessage(run: RunToExtract, failure: ReadFailure): Message {
	return failureMessage(buildEnvelope(run, '', ''), failure);
}

function otherProvider(run: RunToExtract, displayName: string): ReadFailure {
	return new ReadFailure(
		'configuration',
		`Extract is set to ${displayName}, but this run is for "${run.provider}".`,
		'Choose the same Provider in Claim Due and in Extract.',
	);
}
