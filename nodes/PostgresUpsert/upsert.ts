import { setImmediate as pause } from 'node:timers/promises';

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { ExplainedError } from '../../db/postgres/explained-error';
import { cancelledBy, closingWork } from '../../db/postgres/cancellation';
import { loadChunk } from '../../db/load/load-chunk';
import { openRun } from '../../db/runs/open';
import { finishRun } from '../../db/runs/finish';
import { getDatabase } from '../adapter/database';
import { nodeError } from '../adapter/errors';
import { addHint } from '../adapter/hints';
import { buildRunHolder } from '../adapter/execution';
import { readItemInput, readTenantField, tenantReader } from '../adapter/item-input';
import { OwnRuns } from '../adapter/own-runs';
import { textParameter } from '../adapter/parameters';
import { toFailure } from './failure';
import { ItemLoading } from './item-loading';
import type { Loading, LoadingOptions } from './run-router';
import { MessageLoading } from './message-loading';
import { Output } from './output';
import { ChunkQueues } from './chunk-queues';

/** Stores the items by tenant; a failure of one tenant does not affect the others. */
export async function upsert(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await cancelledBy(context.getExecutionCancelSignal(), async () => await loadItems(context));
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

async function loadItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const pool = await getDatabase(context);
	const isPlain = readItemInput(context) === 'items';
	const output = new Output(isPlain);
	const options = context.getNodeParameter('options', 0, {});
	const signal = context.getExecutionCancelSignal();
	const shared: LoadingOptions = {
		output,
		storing: new ChunkQueues(),
		chunkSize: Number(options.chunkSize) || 5_000,
		returnRows: options.returnRows === true,
		explain: toFailure,
		load: (chunk, turn) => loadChunk(pool, chunk, { turn }),
		finishRun: async (end) => void (await finishRun(pool, end)),
	};
	const loading = isPlain
		? createItemLoading(context, pool, shared, options)
		: await createMessageLoading(context, pool, shared);
	try {
		await loading.keepWhile(async () => await takeAll(context.getInputData(), loading, signal));
	} catch (error) {
		await closingWork(async () => await loading.stop(error));
		throw nodeError(context.getNode(), error);
	}
	await loading.keepWhile(async () => await loading.end());
	if (loading instanceof ItemLoading) assertSomeTenant(context, loading.itemsWithoutTenant);
	if (!isPlain) hintPreview(context);
	if (output.rejectedCount > 0) hintRejectedItems(context, output.rejectedCount);
	const [failed] = loading.failures;
	if (failed && !context.continueOnFail()) throw nodeError(context.getNode(), failed.error, failed.item);
	return output.items();
}

function createItemLoading(
	context: IExecuteFunctions,
	pool: Pool,
	shared: LoadingOptions,
	options: IDataObject,
): ItemLoading {
	const holder = buildRunHolder(context);
	return new ItemLoading({
		...shared,
		executionId: holder.executionId,
		openRun: (run) => openRun(pool, run, holder),
		readItem: createItemReader(context, options),
	});
}

/** @throws StrangerError before anything is stored if a message is not of this execution, unless set to continue */
async function createMessageLoading(
	context: IExecuteFunctions,
	pool: Pool,
	shared: LoadingOptions,
): Promise<MessageLoading> {
	const items = context.getInputData();
	const runs = await OwnRuns.load(context, pool, items);
	if (!context.continueOnFail()) runs.assertOwnMessages(items);
	return new MessageLoading({ ...shared, runs, finishFollows: finishFollows(context) });
}

/** Whether an enabled Sync: Finish comes after this node in the workflow: then it closes the runs. */
function finishFollows(context: IExecuteFunctions): boolean {
	const after = context.getChildNodes(context.getNode().name, { includeNodeParameters: true });
	return after.some(({ type, disabled, parameters }) => !disabled && isFinish(type, parameters));
}

function isFinish(type: string, parameters: IDataObject | undefined): boolean {
	const { resource = 'sync', operation } = parameters ?? {};
	return type.endsWith('.integrations') && resource === 'sync' && operation === 'finish';
}

const ITEMS_AT_A_TIME = 200;

async function takeAll(
	items: INodeExecutionData[],
	loading: Loading,
	signal: AbortSignal | undefined,
): Promise<void> {
	for (const [item, { json }] of items.entries()) {
		const waiting = loading.take(item, json);
		if (waiting) await waiting;
		// Lets the database's replies in, so that one chunk is stored while the next is checked.
		if (item % ITEMS_AT_A_TIME === 0) await pause();
		signal?.throwIfAborted();
	}
}

function createItemReader(context: IExecuteFunctions, options: IDataObject) {
	const names = ['table', 'clientIdField', 'clientNameField', 'sourceSystem'] as const;
	const [table, clientIdField, clientNameField, sourceSystem] = names.map((name) =>
		textParameter(context, name),
	) as [ReadText, ReadText, ReadText, ReadText];
	const readTenantId = tenantReader(context);
	const tenantField = readTenantField(context) ?? '';
	return (item: number, json: IDataObject) => ({
		tenantId: readTenantId(item, json),
		tenantField,
		table: table(item),
		clientIdField: clientIdField(item),
		clientNameField: clientNameField(item),
		sourceSystem: sourceSystem(item) || 'manual',
		ignoreUnknownFields: options.ignoreUnknownFields === true,
	});
}

/** A single item without a tenant is rejected; if all are, the node was not filled in. */
function assertSomeTenant(context: IExecuteFunctions, withoutTenant: number): void {
	if (withoutTenant === 0 || withoutTenant < context.getInputData().length || context.continueOnFail())
		return;
	throw nodeError(context.getNode(), noTenant(), 0);
}

const noTenant = (): ExplainedError =>
	new ExplainedError(
		'The items belong to no tenant.',
		'Choose one in Tenant, or set Tenant From to A Field of Each Item.',
	);

/** The records of a preview pass through: without a word, nobody would see that nothing was stored. */
function hintPreview(context: IExecuteFunctions): void {
	const shown = context.getInputData().filter(({ json }) => json.preview === true);
	if (shown.length === 0) return;
	const rows = shown.filter(({ json }) => json.type === 'ROW').length;
	const message = `Preview: ${rows === 1 ? '1 row' : `${rows} rows`} shown, nothing stored. To store them, set Mode of Extract to Sync.`;
	addHint(context, { message, type: 'info' });
}

type ReadText = (item: number) => string;

function hintRejectedItems(context: IExecuteFunctions, rejected: number): void {
	const rows = rejected === 1 ? '1 item was' : `${rejected} items were`;
	context.addExecutionHints({
		message: `${rows} rejected. The output Rejected shows the reasons; everything else is stored.`,
		location: 'outputPane',
		type: 'warning',
	});
}
