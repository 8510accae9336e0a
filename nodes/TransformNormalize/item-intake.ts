import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { closingWork } from '../../db/postgres/cancellation';
import { endsOfRuns, markEnds } from './ends-of-runs';
import type { OwnIncoming } from './incoming';
import { incomingFile } from './incoming-file';
import { rejectItem, type Intake } from './intake';
import { looseRecords, type LooseSettings } from './loose-records';
import { OpenedRuns } from './opened-runs';
import { readLooseSettings } from './parameters';
import { nodeError, prefixed } from '../adapter/errors';
import { eachInTurns } from '../shared/turns';

/**
 * Takes plain items as raw records and opens a run for each of their tenants.
 * @throws Error that names the first item without a valid tenant, unless the node is set to continue
 */
export async function takeItems(
	context: IExecuteFunctions,
	pool: Pool,
	items: readonly INodeExecutionData[],
	now: string,
): Promise<Intake> {
	const rejected: INodeExecutionData[] = [];
	const reject = (item: number, error: Error): void => {
		rejected.push(rejectItem(context, items[item]!.json, item, nameItem(error, item)));
	};
	const settings = readLooseSettings(context);
	const taken = await toIncoming(context, items, { settings, now, reject: reject });
	const runs = new OpenedRuns(context, pool);
	const failAll = async (error: unknown): Promise<void> => await runs.fail(error);
	try {
		const incoming = withEnds(await runs.place(taken, reject), settings);
		return { incoming, rejected, stop: failAll };
	} catch (error) {
		await closingWork(async () => await failAll(error));
		throw nodeError(context.getNode(), error);
	}
}

interface Taking {
	settings: LooseSettings;
	now: string;
	reject: (item: number, error: Error) => void;
}

async function toIncoming(
	context: IExecuteFunctions,
	items: readonly INodeExecutionData[],
	{ settings, now, reject: refuse }: Taking,
): Promise<OwnIncoming[]> {
	const taken: OwnIncoming[] = [];
	if (settings.file) {
		for (const [item, { json }] of items.entries()) {
			try {
				for (const one of await incomingFile(context, json, item, settings, now)) taken.push(one);
			} catch (error) {
				refuse(item, error as Error);
			}
		}
		return taken;
	}
	const takeItem = ({ json }: INodeExecutionData, item: number): void => {
		try {
			for (const one of looseRecords(json, item, settings, now)) taken.push(one);
		} catch (error) {
			refuse(item, error as Error);
		}
	};
	await eachInTurns(items, takeItem, context.getExecutionCancelSignal());
	return taken;
}

/** A file has its own final STATE; other records get theirs here. */
function withEnds(placed: OwnIncoming[], { file }: LooseSettings): OwnIncoming[] {
	return file ? markEnds(placed) : [...placed, ...endsOfRuns(placed)];
}

function nameItem(error: Error, item: number): Error {
	if (error.name === 'NodeOperationError') return error;
	return prefixed(`Item ${item}`, error);
}
