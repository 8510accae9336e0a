import type { IDataObject } from 'n8n-workflow';

import type { RunEnd } from '../../db/sync-runs';
import { isMessage, type StateMessage } from '../shared/messages';
import { WiringError } from './failure';
import { deletionOf, originOf, rejectedOf, rowOf, stateOf, type Origin } from './messages-in';
import { ownRow, type OwnItemSettings } from './own-items';
import { RunLoader, type RunLoaderOptions } from './run-loader';

/** What the node is made of besides its items. */
export interface LoadingOptions extends RunLoaderOptions {
	/** Opens a run for what came without one. */
	openRun: (run: { tenantId: string; provider: string }) => Promise<string>;
	finishRun: (end: RunEnd) => Promise<void>;
	/** What the node's fields say about an item of the user's own. */
	ownItem: (item: number) => OwnItem;
}

export type OwnItem = OwnItemSettings & { tenantId: string };

/** Takes the items in order and gives each to the run that it belongs to. */
export class Loading {
	/** Errors of the runs that this node opened itself: no Finish will tell of them. */
	readonly ownFailures: Array<{ error: unknown; item: number }> = [];
	/** How many items of the user's own belong to no tenant. */
	nobodys = 0;

	private readonly loaders = new Map<string, RunLoader>();
	/** Runs that this node opened, with how many items of the user's own came for each table. */
	private readonly own = new Map<RunLoader, Map<string, number>>();
	private last: { origin: Origin; loader: RunLoader } | undefined;

	constructor(private readonly options: LoadingOptions) {}

	/** A promise only where something had to be waited for: thousands of rows in a row need none. */
	take(item: number, json: IDataObject): Promise<void> | undefined {
		if (passesOn(json)) {
			this.options.output.emit(json, item);
			return undefined;
		}
		const settings = FOR_RUNS.has(json.type) ? undefined : this.options.ownItem(item);
		if (settings && isOthers(json, settings)) return this.refuse(item, json, 'other_tenant', OTHER_TENANT);
		const origin = settings ? ownOrigin(settings, json) : originOf(json);
		if (origin.tenantId === '') {
			if (settings) this.nobodys++;
			return this.refuseNobodys(item, json);
		}
		const known = this.loaderOf(origin);
		if (known) return this.give(known, item, json, settings);
		return this.open(item, origin).then((loader) => this.give(loader, item, json, settings));
	}

	/** Stores what is left and closes the runs that were opened here. */
	async end(): Promise<void> {
		for (const loader of this.loaders.values()) {
			this.countOwnItems(loader);
			await loader.flush();
		}
		await this.options.storing.done();
		for (const loader of this.loaders.values()) loader.summarise();
		for (const loader of this.own.keys()) await this.close(loader);
	}

	/** Closes the runs that were opened here as failed: nothing more will come. */
	async stop(error: unknown): Promise<void> {
		await this.options.storing.done();
		for (const loader of this.own.keys()) {
			loader.fail(error, loader.lastItem);
			await this.close(loader);
		}
	}

	private give(
		loader: RunLoader,
		item: number,
		json: IDataObject,
		settings: OwnItem | undefined,
	): Promise<void> | undefined {
		switch (json.type) {
			case 'ROW':
				return loader.addRow(item, rowOf(json), json);
			case 'DELETED':
				return loader.addDeletion(item, deletionOf(json), json);
			case 'REJECTED':
				return loader.addRejected(item, rejectedOf(json));
			case 'STATE':
				return void loader.addState(item, stateOf(json), json);
			case 'RECORD':
				return void loader.fail(unnormalised(), item);
			default:
				return settings && this.giveOwn(loader, item, json, settings);
		}
	}

	private giveOwn(
		loader: RunLoader,
		item: number,
		json: IDataObject,
		settings: OwnItem,
	): Promise<void> | undefined {
		const counts = this.own.get(loader);
		counts?.set(settings.table, (counts.get(settings.table) ?? 0) + 1);
		return loader.addRow(item, ownRow(json, settings, loader.run.syncRunId), json);
	}

	/** Mostly it is the run of the item before. */
	private loaderOf(origin: Origin): RunLoader | undefined {
		const { last } = this;
		if (last && sameRun(last.origin, origin)) return last.loader;
		const loader = this.loaders.get(keyOf(origin));
		if (loader) this.last = { origin, loader };
		return loader;
	}

	private refuseNobodys(item: number, json: IDataObject): undefined {
		this.refuse(item, json, 'no_tenant', `Item ${item} does not say whose it is. Fill in Tenant ID.`);
	}

	private refuse(item: number, json: IDataObject, code: string, message: string): undefined {
		this.options.output.refuse({ ...json, reason: { code, path: 'tenantId', message } }, item);
	}

	private async open(item: number, origin: Origin): Promise<RunLoader> {
		const loader = origin.syncRunId
			? new RunLoader({ ...origin, syncRunId: origin.syncRunId }, this.options)
			: await this.openOwn(item, origin);
		this.loaders.set(keyOf(origin), loader);
		return loader;
	}

	private async openOwn(item: number, origin: Origin): Promise<RunLoader> {
		try {
			const syncRunId = await this.options.openRun(origin);
			const loader = new RunLoader({ ...origin, syncRunId }, this.options);
			this.own.set(loader, new Map());
			return loader;
		} catch (error) {
			const loader = new RunLoader({ ...origin, syncRunId: '' }, this.options);
			loader.fail(error, item);
			this.ownFailures.push({ error, item });
			return loader;
		}
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

	/** Never rejects: the other runs are to be closed as well. */
	private async close(loader: RunLoader): Promise<void> {
		if (loader.failure) this.ownFailures.push(loader.failure);
		try {
			await this.options.finishRun(this.endOf(loader));
		} catch (error) {
			// The run stays open until its lease ends. What stopped it before is what the person must hear of first.
			loader.fail(error, loader.lastItem);
			this.ownFailures.push({ error, item: loader.lastItem });
		}
	}

	private endOf({ run: { tenantId, syncRunId }, failure }: RunLoader): RunEnd {
		if (!failure) return { tenantId, syncRunId, status: 'succeeded' };
		return { tenantId, syncRunId, status: 'failed', error: { ...this.options.explain(failure.error) } };
	}
}

const FOR_RUNS: ReadonlySet<unknown> = new Set(['ROW', 'DELETED', 'REJECTED', 'STATE', 'RECORD']);

/** A FAILURE and a SUMMARY pass on, what later versions may say of a run, and all that is only for a look. */
function passesOn(json: IDataObject): boolean {
	if (json.preview === true && isMessage(json)) return true;
	return !FOR_RUNS.has(json.type) && isMessage(json);
}

const OTHER_TENANT =
	'The item names another tenant than Tenant ID does, so it was not stored. Give each tenant a run of the node of its own, or set Tenant ID by an expression.';

/** Whether an item of the user's own says that it belongs to somebody else. */
function isOthers(json: IDataObject, { tenantId }: OwnItem): boolean {
	const stated = statedTenant(json);
	return stated !== '' && tenantId !== '' && stated !== tenantId;
}

const statedTenant = (json: IDataObject): unknown => json.tenantId ?? json.tenant_id ?? '';

/** Where the node's field is empty, an item may say itself whose it is. */
function ownOrigin({ tenantId, sourceSystem }: OwnItem, json: IDataObject): Origin {
	const stated = statedTenant(json);
	return {
		tenantId: tenantId || (typeof stated === 'string' ? stated : ''),
		integrationId: null,
		syncRunId: null,
		provider: sourceSystem,
	};
}

/** What came without a run shares one of its tenant and provider. */
const keyOf = ({ tenantId, syncRunId, provider }: Origin): string =>
	JSON.stringify(syncRunId ? [tenantId, syncRunId] : [tenantId, null, provider]);

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
