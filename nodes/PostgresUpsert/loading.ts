import type { IDataObject } from 'n8n-workflow';

import type { RunEnd } from '../../db/sync-runs';
import type { StateMessage } from '../shared/messages';
import { WiringError } from './failure';
import { originOf, rejectedOf, rowOf, stateOf, type Origin } from './messages-in';
import { ownRow, type OwnItemSettings } from './own-items';
import { RunLoader, type RunLoaderOptions } from './run-loader';

/** What the node is made of besides its items. */
export interface LoadingOptions extends RunLoaderOptions {
	/** Opens a run for what came without one. */
	openRun: (run: { tenantId: string; provider: string }) => Promise<string>;
	finishRun: (end: RunEnd) => Promise<void>;
	/** What the node's fields say about an item of the user's own. */
	ownItem: (item: number) => OwnItemSettings & { tenantId: string };
}

/** Takes the items in order and gives each to the run that it belongs to. */
export class Loading {
	/** Errors of the runs that this node opened itself: no Finish will tell of them. */
	readonly ownFailures: Array<{ error: unknown; item: number }> = [];

	private readonly loaders = new Map<string, RunLoader>();
	/** Runs that this node opened, with how many items of the user's own came for each table. */
	private readonly own = new Map<RunLoader, Map<string, number>>();
	private last: { origin: Origin; loader: RunLoader | undefined } | undefined;

	constructor(private readonly options: LoadingOptions) {}

	async take(item: number, json: IDataObject): Promise<void> {
		switch (json.type) {
			case undefined:
				return await this.takeOwn(item, json);
			case 'ROW':
				return await (await this.loaderOf(item, json))?.addRow(item, rowOf(json), json);
			case 'REJECTED':
				return await (await this.loaderOf(item, json))?.addRejected(item, rejectedOf(json));
			case 'STATE':
				return (await this.loaderOf(item, json))?.addState(item, stateOf(json), json);
			case 'RECORD':
				return (await this.loaderOf(item, json))?.fail(unnormalised(), item);
			default:
				return this.options.output.emit(json, item);
		}
	}

	/** Stores what is left and closes the runs that were opened here. */
	async end(): Promise<void> {
		for (const loader of this.loaders.values()) {
			this.countOwnItems(loader);
			await loader.flush();
			loader.summarise();
		}
		for (const loader of this.own.keys()) await this.close(loader);
	}

	private async takeOwn(item: number, json: IDataObject): Promise<void> {
		const { tenantId, ...settings } = this.options.ownItem(item);
		const origin = { tenantId, integrationId: null, syncRunId: null, provider: settings.sourceSystem };
		const loader = await this.loaderOf(item, json, origin);
		if (!loader) return;
		const counts = this.own.get(loader);
		counts?.set(settings.table, (counts.get(settings.table) ?? 0) + 1);
		await loader.addRow(item, ownRow(json, settings, loader.run.syncRunId), json);
	}

	/** The loader of the item's run; none where the item names no tenant, or no run could be opened for it. */
	private async loaderOf(
		item: number,
		json: IDataObject,
		origin = originOf(json),
	): Promise<RunLoader | undefined> {
		const { last } = this;
		if (last && sameRun(last.origin, origin) && last.loader) return last.loader;
		if (origin.tenantId === '') return this.refuseNobodys(item, json);
		const key = JSON.stringify([origin.tenantId, origin.syncRunId, origin.syncRunId ? '' : origin.provider]);
		const loader = this.loaders.get(key) ?? (await this.open(item, origin));
		this.loaders.set(key, loader);
		this.last = { origin, loader };
		return loader;
	}

	private refuseNobodys(item: number, json: IDataObject): undefined {
		const message = `Item ${item} does not say whose it is. Fill in Tenant ID, or give the item a tenantId.`;
		this.options.output.refuse({ ...json, reason: { code: 'no_tenant', path: 'tenantId', message } }, item);
	}

	private async open(item: number, origin: Origin): Promise<RunLoader> {
		const { tenantId, syncRunId, integrationId, provider } = origin;
		if (syncRunId) return new RunLoader({ tenantId, syncRunId, integrationId, provider }, this.options);
		let loader: RunLoader;
		try {
			const opened = await this.options.openRun({ tenantId, provider });
			loader = new RunLoader({ tenantId, syncRunId: opened, integrationId, provider }, this.options);
			this.own.set(loader, new Map());
		} catch (error) {
			loader = new RunLoader({ tenantId, syncRunId: '', integrationId, provider }, this.options);
			loader.fail(error, item);
			this.ownFailures.push({ error, item });
		}
		return loader;
	}

	/** Records and rows are the same here. */
	private countOwnItems(loader: RunLoader): void {
		for (const [stream, count] of this.own.get(loader) ?? []) {
			const { tenantId, syncRunId, integrationId, provider } = loader.run;
			const counts: StateMessage['counts'] = { extracted: count, normalised: count };
			const envelope = { tenantId, syncRunId, integrationId, provider, stream, accountId: '' };
			loader.addState(
				loader.lastItem,
				{ type: 'STATE', ...envelope, state: null, hasMore: false, counts },
				{},
			);
		}
	}

	private async close(loader: RunLoader): Promise<void> {
		const { tenantId, syncRunId } = loader.run;
		const { failure } = loader;
		if (!failure) return await this.options.finishRun({ tenantId, syncRunId, status: 'succeeded' });
		this.ownFailures.push(failure);
		const error = { ...this.options.explain(failure.error) };
		try {
			await this.options.finishRun({ tenantId, syncRunId, status: 'failed', error });
		} catch (second) {
			// The run stays open until its lease ends; what stopped it is what the person must hear of.
			this.ownFailures.push({ error: second, item: failure.item });
		}
	}
}

function sameRun(one: Origin, other: Origin): boolean {
	return (
		one.tenantId === other.tenantId &&
		one.syncRunId === other.syncRunId &&
		(one.syncRunId !== null || one.provider === other.provider)
	);
}

function unnormalised(): WiringError {
	return new WiringError(
		'A raw record reached Postgres Upsert. Put Transform & Normalize before it; nothing more of this run was stored, so that the next one reads it again.',
	);
}
