import { setImmediate as pause } from 'node:timers/promises';

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { cancelledBy, closingWork } from '../../db/cancellation';
import { loadChunk } from '../../db/load/load-chunk';
import { sqlstateOf } from '../../db/sqlstate';
import { finishRun, openRun } from '../../db/sync-runs';
import { databaseFor } from '../shared/n8n/database';
import { nodeError } from '../shared/n8n/errors';
import { textParameter } from '../shared/n8n/text-parameter';
import { executionKeyOf } from '../shared/n8n/execution';
import { failureOf } from './failure';
import { Loading } from './loading';
import { Output } from './output';
import { Storing } from './storing';

/** Stores what the items bring, tenant by tenant; one tenant's trouble leaves the others alone. */
export async function upsert(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await cancelledBy(context.getExecutionCancelSignal(), async () => await upsertItems(context));
}

async function upsertItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const pool = await databaseFor(context);
	const output = new Output();
	const options = context.getNodeParameter('options', 0, {});
	const executionId = executionKeyOf(context);
	const signal = context.getExecutionCancelSignal();
	const loading = new Loading({
		output,
		storing: new Storing(),
		chunkSize: Number(options.chunkSize) || 5_000,
		returnRows: options.returnRows === true,
		explain: failureOf,
		load: (chunk, turn) => loadChunk(pool, chunk, { turn }),
		openRun: ({ tenantId, provider }) =>
			openRun(pool, { tenantId, provider, executionId }).catch(asUnknownTenant),
		finishRun: async (end) => void (await finishRun(pool, end)),
		ownItem: ownItemSettings(context, options),
	});
	try {
		await takeAll(context.getInputData(), loading, signal);
	} catch (error) {
		await closingWork(async () => await loading.stop(error));
		throw nodeError(context.getNode(), error);
	}
	await loading.end();
	refuseEmptyTenant(context, loading.nobodys);
	if (output.refused > 0) hintAt(context, output.refused);
	const [failed] = loading.ownFailures;
	if (failed && !context.continueOnFail()) throw nodeError(context.getNode(), failed.error, failed.item);
	return output.items();
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
		// Answers of the database come in between, so that a chunk is stored while the next one is checked.
		if (item % ITEMS_AT_A_TIME === 0) await pause();
		signal?.throwIfAborted();
	}
}

function ownItemSettings(context: IExecuteFunctions, options: IDataObject) {
	const names = ['tenantId', 'table', 'clientIdField', 'clientNameField', 'sourceSystem'] as const;
	const [tenantId, table, clientIdField, clientNameField, sourceSystem] = names.map((name) =>
		textParameter(context, name),
	) as [Read, Read, Read, Read, Read];
	return (item: number) => ({
		tenantId: tenantId(item),
		table: table(item),
		clientIdField: clientIdField(item),
		clientNameField: clientNameField(item),
		sourceSystem: sourceSystem(item) || 'manual',
		ignoreUnknownFields: options.ignoreUnknownFields === true,
	});
}

/** One item that says no tenant is refused; where none does, the node was not filled in. */
function refuseEmptyTenant(context: IExecuteFunctions, nobodys: number): void {
	if (nobodys === 0 || nobodys < context.getInputData().length || context.continueOnFail()) return;
	const given = context.getNodeParameter('tenantId', 0, '', { rawExpressions: true });
	if (given === '') throw nodeError(context.getNode(), new Error(NO_TENANT), 0);
}

const NO_TENANT =
	'Items that are not of the Zixly nodes need a tenant. Fill in Tenant ID; Get Many of the Tenant resource in Zixly Database lists the IDs.';

function asUnknownTenant(error: unknown): never {
	if (sqlstateOf(error) !== '23503') throw error;
	throw new Error('There is no such tenant. Check Tenant ID; Zixly Database lists the tenants.', {
		cause: error,
	});
}

type Read = (item: number) => string;

function hintAt(context: IExecuteFunctions, refused: number): void {
	const rows = refused === 1 ? '1 item was' : `${refused} items were`;
	context.addExecutionHints({
		message: `${rows} refused. The second output says why; the others are stored.`,
		location: 'outputPane',
		type: 'warning',
	});
}
