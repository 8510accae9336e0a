import type { IDataObject } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import type { OwnRun } from '../../db/runs/open';
import { UnknownTenantError } from '../../db/runs/open';
import type { RecordCounts } from '../shared/messages';
import { Loading, type LoadingOptions } from './run-router';
import { getStatedTenant, toRow, type PlainItemSettings } from './plain-items';
import type { RunLoader } from './run-loader';

export interface ItemLoadingOptions extends LoadingOptions {
	/** The id of this execution. */
	executionId: string;
	/** Opens a run without a connection. @returns its id */
	openRun: (run: OwnRun) => Promise<string>;
	/** Reads the node's fields for an item. */
	readItem: (item: number, json: IDataObject) => PlainItem;
}

/** `tenantId` is empty if the item belongs to no tenant. */
export type PlainItem = PlainItemSettings & { tenantId: string };

/** Loads plain items as rows into runs that it opens and closes. */
export class ItemLoading extends Loading<ItemLoadingOptions> {
	/** How many items belong to no tenant. */
	itemsWithoutTenant = 0;

	/** Items per table. */
	private readonly counts = new Map<RunLoader, Map<string, number>>();
	private last: { owner: OwnRun; loader: RunLoader } | undefined;

	take(item: number, json: IDataObject): Promise<void> | undefined {
		const settings = this.options.readItem(item, json);
		const { tenantId, sourceSystem: provider } = settings;
		if (tenantId === '') return this.rejectWithoutTenant(item, json);
		if (namesOtherTenant(json, settings)) return this.reject(item, json, 'other_tenant', OTHER_TENANT);
		const owner = { tenantId, provider };
		const known = this.findLoader(owner);
		if (known) return this.addRow(known, item, json, settings);
		return this.open(item, owner).then((loader) => this.addRow(loader, item, json, settings));
	}

	override async end(): Promise<void> {
		for (const loader of this.loaders.values()) this.countItems(loader);
		await super.end();
	}

	protected closes(): boolean {
		return true;
	}

	protected closesWhenStopped(): boolean {
		return true;
	}

	private addRow(
		loader: RunLoader,
		item: number,
		json: IDataObject,
		settings: PlainItem,
	): Promise<void> | undefined {
		const counts = this.counts.get(loader);
		counts?.set(settings.table, (counts.get(settings.table) ?? 0) + 1);
		return loader.receive(item, { type: 'ROW', value: toRow(json, settings, loader.run.syncRunId) }, json);
	}

	/** Usually the run of the previous item. */
	private findLoader(owner: OwnRun): RunLoader | undefined {
		const { last } = this;
		if (last?.owner.tenantId === owner.tenantId && last.owner.provider === owner.provider) return last.loader;
		const loader = this.loaders.get(buildRunKey(owner));
		if (loader) this.last = { owner, loader };
		return loader;
	}

	private async open(item: number, owner: OwnRun): Promise<RunLoader> {
		const { executionId } = this.options;
		const run = { ...owner, integrationId: null, executionId };
		try {
			const loader = this.createLoader(buildRunKey(owner), {
				...run,
				syncRunId: await this.options.openRun(owner),
			});
			this.counts.set(loader, new Map());
			return loader;
		} catch (error) {
			const loader = this.createLoader(buildRunKey(owner), { ...run, syncRunId: '' });
			loader.fail(error instanceof UnknownTenantError ? explainUnknownTenant(item, error) : error, item);
			return loader;
		}
	}

	/** Each plain item is one record and one row. */
	private countItems(loader: RunLoader): void {
		for (const [stream, count] of this.counts.get(loader) ?? []) {
			const counts: Partial<RecordCounts> = { extracted: count, normalised: count };
			const value = { stream, accountId: '', state: null, counts };
			void loader.receive(loader.lastItem, { type: 'STATE', value, endsRun: false }, {});
		}
	}

	private rejectWithoutTenant(item: number, json: IDataObject): undefined {
		this.itemsWithoutTenant++;
		this.reject(item, json, 'no_tenant', `Item ${item} names no tenant. Fill in Tenant.`);
	}

	private reject(item: number, json: IDataObject, code: string, message: string): undefined {
		this.options.output.reject({ ...json, reason: { code, path: 'tenantId', message } }, item);
	}
}

const OTHER_TENANT =
	'The item names another tenant than the field Tenant, so it was not stored. If each item names its tenant, set Tenant From to A Field of Each Item.';

/** Whether an item names another tenant than the node's field. */
function namesOtherTenant(json: IDataObject, { tenantId, ignoreUnknownFields }: PlainItem): boolean {
	if (ignoreUnknownFields) return false;
	const stated = getStatedTenant(json);
	return stated !== undefined && stated !== '' && stated !== tenantId;
}

const explainUnknownTenant = (item: number, cause: UnknownTenantError): Error =>
	new ExplainedError(
		`The tenant of item ${item} does not exist.`,
		'Check Tenant; Zixly Database lists the tenants.',
		{
			cause,
		},
	);

/** One run per tenant and source. */
const buildRunKey = ({ tenantId, provider }: OwnRun): string => JSON.stringify([tenantId, provider]);
