import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { asExplained } from '../../db/postgres/explained-error';
import { cancelledBy, closingWork } from '../../db/postgres/cancellation';
import type { RunToExtract } from '../engine/read/run';
import { ReadFailure } from '../engine/contract/failure';
import { withoutSecrets } from '../shared/secrets';
import type { Message } from '../shared/messages';
import { getDatabase } from '../adapter/database';
import { nodeError } from '../adapter/errors';
import { createAuthenticatedHttpClient, createHttpClient, getCredentialName } from '../adapter/http';
import { pairItem } from '../adapter/items';
import { getKeyRing } from '../adapter/key-ring';
import { OwnRuns } from '../adapter/own-runs';
import { credentialConnection } from '../adapter/credential-connection';
import { storedConnection, type Connection } from '../engine/connect/stored-connection';
import { hintPreview, limitPreview } from './preview';
import { toFailureMessage, readRuns } from './read-runs';
import { closeUnread, release } from './release';
import { readSettings, type ExtractSettings } from './settings';

/** Reads every claimed run among the input items; other items are passed on in their place. */
export async function extract(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const runs = await readClaimedRuns(context, items);
	const messages = await extractMessages(
		context,
		runs.filter((run) => typeof run === 'object'),
	);
	const output = items.flatMap((item, index) => {
		const run = runs[index];
		if (run === 'again') return [];
		if (!run) return [{ ...item, pairedItem: { item: index } }];
		return (messages.get(run.syncRunId) ?? []).map((message) => pairItem(message, index));
	});
	const failed = output.filter(({ json }) => json.type === 'FAILURE' || json.type === 'REJECTED');
	return [output, failed.map((item) => ({ ...item, json: { ...item.json } }))];
}

/** @throws NodeOperationError for a run that is not this execution's: an item must not choose whose tokens are used */
async function readClaimedRuns(context: IExecuteFunctions, items: INodeExecutionData[]) {
	if (!items.some(namesRun)) return items.map(() => undefined);
	try {
		return findClaimedRuns(items, await OwnRuns.load(context, await getDatabase(context), items));
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

/** The messages of every run, by its id. */
async function extractMessages(
	context: IExecuteFunctions,
	runs: RunToExtract[],
): Promise<Map<string, Message[]>> {
	if (runs.length === 0) return new Map();
	const pool = await getDatabase(context);
	try {
		const signal = context.getExecutionCancelSignal();
		return await cancelledBy(signal, async () => await readWithSettings(context, runs, pool, signal));
	} catch (error) {
		// Wrong settings or a cancellation: close the runs so that none has to wait for its lease to end.
		const failure = settingsFailure(error as Error);
		if (context.continueOnFail())
			return new Map(runs.map((run) => [run.syncRunId, [toFailureMessage(run, failure)]]));
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
	const settings = readSettings(context);
	assertOneIntegration(settings, runs);
	const connection = await openConnection(context, settings, pool);
	const messages = await readRuns(runs, { pool, settings, connection, log: context.logger, signal });
	if (settings.extractMode.mode === 'preview') {
		await release(pool, runs);
		const shown = limitPreview(messages, settings.budget.maxRecords);
		hintPreview(context, shown, runs.length);
		return shown;
	}
	const unreached = runs.filter(({ syncRunId }) => !messages.has(syncRunId));
	await release(pool, unreached);
	if (unreached.length > 0) hintUnreachedRuns(context, unreached.length);
	return messages;
}

function hintUnreachedRuns(context: IExecuteFunctions, unreached: number): void {
	const connections = unreached === 1 ? '1 connection was' : `${unreached} connections were`;
	context.addExecutionHints({
		message: `${connections} not reached within Max Records and Max Minutes. Nothing is lost: the next run starts with them.`,
		location: 'outputPane',
		type: 'info',
	});
}

async function openConnection(
	context: IExecuteFunctions,
	{ definition, authentication }: ExtractSettings,
	pool: Pool,
): Promise<Connection> {
	const credential = await context.getCredentials(definition.credential);
	if (authentication === 'n8n') {
		return credentialConnection({
			definition,
			credential,
			name: getCredentialName(context, definition.credential),
			http: createAuthenticatedHttpClient(context, definition.credential),
			latest: async () => await context.getCredentials(definition.credential),
		});
	}
	const access = await getKeyRing(context);
	return storedConnection({ definition, credential, ...access, http: createHttpClient(context), pool });
}

/** An error that hits every run is a cancellation, or comes from the node's settings or credentials. */
function settingsFailure(error: Error): ReadFailure {
	if (isCancelled(error)) return cancelled();
	const { summary, hint } = asExplained(error);
	return error instanceof ReadFailure
		? error
		: new ReadFailure('configuration', withoutSecrets(summary), withoutSecrets(hint));
}

const isCancelled = (error: unknown): boolean => (error as Error).name === 'AbortError';

const cancelled = (): ReadFailure =>
	new ReadFailure(
		'internal',
		'The execution was cancelled while the provider was read.',
		'Nothing is lost: the next run reads it all.',
	);

// A credential holds one consent: with two connections, the data of one tenant would be stored for the other.
function assertOneIntegration({ authentication }: ExtractSettings, runs: RunToExtract[]): void {
	const integrations = new Set(runs.map(({ integrationId }) => integrationId));
	if (authentication === 'stored' || integrations.size <= 1) return;
	throw new ReadFailure(
		'configuration',
		`An n8n credential belongs to one connection, and ${integrations.size} were claimed.`,
		'Choose one in Connection of Claim Due.',
	);
}

/** Whether an item is a claimed run: messages have a type, and other items have no run id. */
export function namesRun({ json }: INodeExecutionData): boolean {
	return json.type === undefined && typeof json.syncRunId === 'string' && json.syncRunId !== '';
}

/**
 * Finds each item's run as the database has it: `again` after its first item, undefined for any other item.
 * @throws StrangerError for a run that is not this execution's
 */
function findClaimedRuns(
	items: readonly INodeExecutionData[],
	runs: OwnRuns,
): Array<RunToExtract | 'again' | undefined> {
	const seen = new Set<string>();
	return items.map((item, index) => {
		if (!namesRun(item)) return undefined;
		const run = runs.find(item.json);
		if (!run) throw runs.explain(item.json, index);
		const { tenantId, integrationId, syncRunId, provider, metadata } = run;
		if (integrationId === null) return undefined;
		if (seen.has(syncRunId)) return 'again';
		seen.add(syncRunId);
		return { tenantId, integrationId, syncRunId, provider, metadata };
	});
}
