import type { Message } from '../../../nodes/shared/messages';
import type { Fault, ServiceKey } from '../../sandbox';

/** Where one record of a provider can be poisoned. */
export interface RecordEndpoint {
	key: ServiceKey;
	name: string;
	/** The part of a path that its calls have. */
	path: string;
	/** Hits the calls for one record. @param recordId of the record that is to be poisoned */
	fault: (recordId: string) => Partial<Fault>;
	/** It is read in batches, of which a record can be left out. */
	inBatches?: true;
	/** By default the first. */
	consent?: string;
	metadata?: object;
	/** Which record is poisoned; by default one in the middle. */
	choose?: (recordIds: string[]) => string;
}

export const RECORD_ENDPOINTS: RecordEndpoint[] = [
	...(
		[
			['xero', 'profit and loss', '/Reports/ProfitAndLoss'],
			['xero', 'bank summary', '/Reports/BankSummary'],
			['myob', 'profit and loss', '/ProfitAndLossSummary'],
		] as const
	).map(([key, name, path]): RecordEndpoint => ({ key, name, path, fault: (month) => ({ path, month }) })),
	{
		...{ key: 'myob', name: 'the evidence of the register', path: '/ProfitAndLossSummary' },
		// On the cash basis the register is always checked, first by the latest month that has ended.
		...{ consent: 'joinery', metadata: { basis: 'cash' }, choose: (months) => months.at(-2)! },
		fault: (month) => ({ path: '/ProfitAndLossSummary', month }),
	},
	...(
		[
			['hubspot', 'deals', '/deals/batch/read', true],
			['hubspot', 'the companies of deals', '/deals/companies/batch/read', true],
			['pipedrive', 'flow', '/flow', false],
			['asana', 'tasks', '/tasks', false],
		] as const
	).map(
		([key, name, path, inBatches]): RecordEndpoint => ({
			...{ key, name, path, fault: (record) => ({ path, record }) },
			...(inBatches && { inBatches }),
		}),
	),
];

/** Where names are read by ids: one that cannot be had is not known, and holds no record up. */
export interface NameEndpoint {
	key: ServiceKey;
	name: string;
	path: string;
	/** The id that is asked for, out of a record that was read with it. */
	idOf: (read: Read) => string | undefined;
}

export const NAME_ENDPOINTS: NameEndpoint[] = [
	{
		...{ key: 'hubspot', name: 'companies', path: '/objects/2026-09/companies/batch/read' },
		idOf: ({ record }) => (record as { company?: { id: string } | null }).company?.id,
	},
	{
		...{ key: 'pipedrive', name: 'organizations', path: '/api/v2/organizations' },
		idOf: (read) => textOf(pipedriveDeal(read).organization?.id),
	},
];

type Read = Extract<Message, { type: 'RECORD' }>;

/** A list of a provider's, and what an entry of it that cannot be read costs. */
export interface ListEndpoint {
	key: ServiceKey;
	name: string;
	/** How the path of its calls ends. */
	pathEnd: string;
	/**
	 * `records`: the entry is named; `names`: it is told in a warning; `accounts`: what is chosen is read; `part`: the
	 * record that it belongs to is rejected; `figures`: the months that it may belong to are.
	 */
	holds: 'records' | 'names' | 'accounts' | 'part' | 'figures';
	/** The id of an entry, out of a record that was read with it. */
	entryOf: (read: Read) => string | undefined;
}

const recordIdOf = ({ recordId }: Read): string => recordId;

type PipedriveDeal = {
	deal: { is_archived?: boolean; is_deleted?: boolean };
	stages: Array<{ id: number; pipeline_id: number }>;
	organization: { id: number } | null;
};

const pipedriveDeal = ({ record }: Read): PipedriveDeal => record as unknown as PipedriveDeal;

export const LIST_ENDPOINTS: ListEndpoint[] = [
	{
		...{ key: 'hubspot', name: 'deals', pathEnd: '/crm/objects/2026-09/deals', holds: 'records' },
		entryOf: recordIdOf,
	},
	{
		...{ key: 'hubspot', name: 'pipelines', pathEnd: '/crm/pipelines/2026-09/deals', holds: 'names' },
		entryOf: ({ record }) => (record as { stages?: Array<{ pipelineId: string }> }).stages?.[0]?.pipelineId,
	},
	{
		...{ key: 'pipedrive', name: 'deals', pathEnd: '/api/v2/deals', holds: 'records' },
		entryOf: (read) => (pipedriveDeal(read).deal.is_archived ? undefined : read.recordId),
	},
	{
		...{ key: 'pipedrive', name: 'archived deals', pathEnd: '/api/v2/deals/archived', holds: 'records' },
		entryOf: (read) => (pipedriveDeal(read).deal.is_archived ? read.recordId : undefined),
	},
	{
		...{ key: 'pipedrive', name: 'stages', pathEnd: '/api/v2/stages', holds: 'names' },
		entryOf: (read) => textOf(pipedriveDeal(read).stages[0]?.id),
	},
	{
		...{ key: 'pipedrive', name: 'pipelines', pathEnd: '/api/v2/pipelines', holds: 'names' },
		entryOf: (read) => textOf(pipedriveDeal(read).stages[0]?.pipeline_id),
	},
	{
		...{ key: 'pipedrive', name: 'organizations', pathEnd: '/api/v2/organizations', holds: 'names' },
		entryOf: (read) => textOf(pipedriveDeal(read).organization?.id),
	},
	{ ...{ key: 'asana', name: 'projects', pathEnd: '/projects', holds: 'records' }, entryOf: recordIdOf },
	{
		...{ key: 'asana', name: 'workspaces', pathEnd: '/workspaces', holds: 'accounts' },
		entryOf: ({ accountId }) => accountId,
	},
	{
		...{ key: 'asana', name: 'tasks', pathEnd: '/tasks', holds: 'part' },
		entryOf: ({ record }) => (record as { tasks: Array<{ gid: string }> }).tasks[0]?.gid,
	},
	{
		...{ key: 'myob', name: 'accounts', pathEnd: '/GeneralLedger/Account', holds: 'figures' },
		entryOf: ({ record }) => (record as { accounts: Array<{ UID: string }> }).accounts[0]?.UID,
	},
	{
		...{ key: 'myob', name: 'account register', pathEnd: '/GeneralLedger/AccountRegister', holds: 'figures' },
		entryOf: ({ record }) => (record as { accounts: Array<{ UID: string }> }).accounts[0]?.UID,
	},
	{
		...{ key: 'xero', name: 'connections', pathEnd: '/connections', holds: 'accounts' },
		entryOf: ({ accountId }) => accountId,
	},
];

const textOf = (id: number | undefined): string | undefined => (id === undefined ? undefined : String(id));

/** Calls for one thing that is no record: a whole account stands or falls with it. */
export const OTHER_ENDPOINTS: ReadonlyArray<readonly [ServiceKey, pathEnd: string]> = [
	['xero', '/Organisation'],
	['hubspot', '/details'],
	// What changed, by the time of the change: test/unit/providers/hubspot/scans.test.ts has its entries.
	['hubspot', '/deals/search'],
	['hubspot', '/token/introspect'],
	['pipedrive', '/users/me'],
	['myob', '/AccountingProperties'],
];

/** What stands in the place of an entry that a list held before. */
export const ODD_ENTRIES: Array<{
	name: string;
	becomes: (entry: Record<string, unknown>) => unknown;
	hasId?: true;
}> = [
	{ name: 'null', becomes: () => null },
	{ name: 'a text', becomes: () => 'made up' },
	{ name: 'nothing but braces', becomes: () => ({}) },
	{ name: 'an id that is null', becomes: (entry) => withIds(entry, null) },
	{ name: 'an id that is an object', becomes: (entry) => withIds(entry, { made: 'up' }) },
	{
		name: 'a name and a time that cannot be read',
		becomes: (entry) => ({ ...entry, ...UNREADABLE }),
		hasId: true,
	},
];

const UNREADABLE = Object.fromEntries(
	['name', 'title', 'label', 'updatedAt', 'modified_at', 'add_time', 'Name', 'tenantName', 'DisplayID'].map(
		(name) => [name, { made: 'up' }],
	),
);

function withIds(entry: Record<string, unknown>, id: unknown): Record<string, unknown> {
	const { Account } = entry;
	const ids = ['id', 'gid', 'UID', 'Id', 'tenantId'].filter((name) => name in entry);
	return {
		...entry,
		...Object.fromEntries(ids.map((name) => [name, id])),
		...(Account !== undefined && { Account: { ...(Account as object), UID: id } }),
	};
}
