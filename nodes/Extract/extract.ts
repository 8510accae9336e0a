import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { cancelledBy, closingWork } from '../../db/cancellation';
import type { RunToExtract } from '../engine/run';
import { ReadFailure } from '../engine/failure';
import { withoutSecrets } from '../engine/secrets';
import type { Message } from '../shared/messages';
import { databaseFor } from '../shared/n8n/database';
import { nodeError } from '../shared/n8n/errors';
import { authenticatedHttpClientOf, httpClientOf } from '../shared/n8n/http';
import { paired } from '../shared/n8n/items';
import { keyRingFor } from '../shared/n8n/key-ring';
import { OwnRuns } from '../shared/n8n/own-runs';
import { claimedRuns, namesRun } from './claimed-run';
import { credentialConnection, storedConnection, type Connection } from './connection';
import { failureOf, readRuns } from './read-runs';
import { previewOf } from './preview';
import { closeUnread, release } from './release';
import { settingsOf, type ExtractSettings } from './settings';

/** Reads every claimed run among the input items, in order; other items are passed on in their place. */
export async function extract(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const runs = await runsOf(context, items);
	const messages = await messagesOf(
		context,
		runs.filter((run) => typeof run === 'object'),
	);
	const output = items.flatMap((item, index) => {
		const run = runs[index];
		if (run === 'again') return [];
		if (!run) return [{ ...item, pairedItem: { item: index } }];
		return (messages.get(run.syncRunId) ?? []).map((message) => paired(message, index));
	});
	const failed = output.filter(({ json }) => json.type === 'FAILURE' || json.type === 'REJECTED');
	return [output, failed.map((item) => ({ ...item, json: { ...item.json } }))];
}

/** @throws NodeOperationError for a run that is not this execution's: whose tokens are used is not for an item to say */
async function runsOf(context: IExecuteFunctions, items: INodeExecutionData[]) {
	if (!items.some(namesRun)) return items.map(() => undefined);
	try {
		return claimedRuns(items, await OwnRuns.load(context, await databaseFor(context), items));
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

/** The messages of every run, by its id. */
async function messagesOf(context: IExecuteFunctions, runs: RunToExtract[]): Promise<Map<string, Message[]>> {
	if (runs.length === 0) return new Map();
	const pool = await databaseFor(context);
	try {
		const signal = context.getExecutionCancelSignal();
		return await cancelledBy(signal, async () => await readWithSettings(context, runs, pool, signal));
	} catch (error) {
		// The settings are wrong, or a person stopped it: no run should have to wait for its lease to end.
		const failure = settingsFailure(error as Error);
		if (context.continueOnFail())
			return new Map(runs.map((run) => [run.syncRunId, [failureOf(run, failure)]]));
		await closingWork(async () => await closeUnread(pool, runs, failure, context.logger));
		throw nodeError(context.getNode(), isCancelled(error) ? failure : error);
	}
}

async function readWithSettings(
	context: IExecuteFunctions,
	runs: RunToExtract[],
	pool: Pool,
	signal: AbortSignal | undefined,
): Promise<Map<string, Message[]>> {
	const settings = settingsOf(context);
	assertOneIntegration(settings, runs);
	const connection = await connectionOf(context, settings, pool);
	const messages = await readRuns(runs, { pool, settings, connection, log: context.logger, signal });
	if (settings.extractMode.mode === 'preview') {
		await release(pool, runs);
		return previewOf(messages, settings.budget.maxRecords);
	}
	const unreached = runs.filter(({ syncRunId }) => !messages.has(syncRunId));
	await release(pool, unreached);
	if (unreached.length > 0) hintAt(context, unreached.length);
	return messages;
}

function hintAt(context: IExecuteFunctions, unreached: number): void {
	const connections = unreached === 1 ? '1 connection was' : `${unreached} connections were`;
	context.addExecutionHints({
		message: `${connections} not reached within Max Records and Max Minutes. Nothing is lost: the next run begins with them.`,
		location: 'outputPane',
		type: 'info',
	});
}

async function connectionOf(
	context: IExecuteFunctions,
	{ definition, authentication }: ExtractSettings,
	pool: Pool,
): Promise<Connection> {
	const credential = await context.getCredentials(definition.credential);
	if (authentication === 'n8nCredential') {
		return credentialConnection(
			definition,
			credential,
			authenticatedHttpClientOf(context, definition.credential),
			async () => await context.getCredentials(definition.credential),
		);
	}
	const access = await keyRingFor(context);
	return storedConnection({ definition, credential, ...access, http: httpClientOf(context), pool });
}

/** What is wrong for every run alike can only be the node's settings or its credentials, unless a person stopped it. */
function settingsFailure(error: Error): ReadFailure {
	if (isCancelled(error)) return new ReadFailure('internal', CANCELLED);
	return error instanceof ReadFailure
		? error
		: new ReadFailure('configuration', withoutSecrets(error.message));
}

const isCancelled = (error: unknown): boolean => (error as Error).name === 'AbortError';

const CANCELLED =
	'The execution was cancelled while the provider was read. Nothing is lost: the next run reads it all.';

// One credential is one consent: with two connections the data of one tenant would land with the other.
function assertOneIntegration({ authentication }: ExtractSettings, runs: RunToExtract[]): void {
	const integrations = new Set(runs.map(({ integrationId }) => integrationId));
	if (authentication === 'storedIntegration' || integrations.size <= 1) return;
	throw new ReadFailure(
		'configuration',
		`An n8n credential belongs to one connection, and ${integrations.size} were claimed. Choose one in Integration of Claim Due.`,
	);
}
