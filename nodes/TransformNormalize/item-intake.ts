import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { closingWork } from '../../db/postgres/cancellation';
import { endsOfRuns, markEnds } from './ends-of-runs';
import type { OwnIncoming } from './incoming';
import { incomingFile } from './incoming-file';
import { refusedItem, type Intake } from './intake';
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
	const refused: INodeExecutionData[] = [];
	const refuse = (item: number, error: Error): void => {
		refused.push(refusedItem(context, items[item]!.json, item, named(error, item)));
	};
	const settings = readLooseSettings(context);
	const taken = await toIncoming(context, items, { settings, now, refuse });
	const runs = new OpenedRuns(context, pool);
	const stop = async (error: unknown): Promise<void> => await runs.fail(error);
	try {
		const incoming = withEnds(await runs.place(taken, refuse), settings);
		return { incoming, refused, stop };
	} catch (error) {
		await closingWork(async () => await stop(error));
		throw nodeError(context.getNode(), error);
	}
}

interface Taking {
	settings: LooseSettings;
	now: string;
	refuse: (item: number, error: Error) => void;
}

async function toIncoming(
	context: IExecuteFunctions,
	items: readonly INodeExecutionData[],
	{ settings, now, refuse }: Taking,
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
	const take = ({ json }: INodeExecutionData, item: number): void => {
		try {
			for (const one of looseRecords(json, item, settings, now)) taken.push(one);
		} catch (error) {
			refuse(item, error as Error);
		}
	};
	await eachInTurns(items, take, context.getExecutionCancelSignal());
	return taken;
}

/** A file has its own final STATE; other records get theirs here. */
function withEnds(placed: OwnIncoming[], { file }: LooseSettings): OwnIncoming[] {
	return file ? markEnds(placed) : [...placed, ...endsOfRuns(placed)];
}

function named(error: Error, item: number): Error {
	if (error.name === 'NodeOperationError') return error;
	return prefixed(`Item ${item}`, error);
}
