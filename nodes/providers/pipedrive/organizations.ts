import type { StreamContext } from '../../engine/contract/stream';
import { readOptional } from '../../engine/read/halves';
import { listAll, MAX_IDS, ORGANIZATIONS } from './lists';
import type { Listed, ListedDeal } from './replies';

/** An organization as stored in a record. The name is null if it cannot be read. */
export interface Organization {
	id: number;
	name: string | null;
}

/** Reads the organizations of deals, keyed by id. */
export async function readOrganizations(
	context: StreamContext,
	deals: readonly ListedDeal[],
): Promise<Map<number, Organization>> {
	const ids = [...new Set(deals.map(({ org_id: id }) => id))].filter((id) => typeof id === 'number');
	const found = new Map(ids.map((id): [number, Organization] => [id, { id, name: null }]));
	if (ids.length === 0) return found;
	for (const one of await readNames(context, ids)) found.set(one.id, one);
	return found;
}

/** An organization that cannot be read gets no name in this run; its deals are still loaded. */
async function readNames(context: StreamContext, ids: readonly number[]): Promise<Organization[]> {
	return await readOptional<number, Organization>(ids, context.api, {
		read: async (some, api) => await readSome({ ...context, api }, some),
		reject: (id, { message }) => {
			context.warn(`The name of organization ${id} could not be read: ${message}`);
			return { id, name: null };
		},
	});
}

async function readSome(context: StreamContext, ids: readonly number[]): Promise<Organization[]> {
	const query = { ids: ids.join(), limit: String(MAX_IDS) };
	const list = await listAll<Listed & { name?: unknown }>(context, ORGANIZATIONS, query, isOutOfScope);
	if (list === undefined) context.warn(NO_NAMES);
	return (list ?? []).map(({ id, name }) => ({ id, name: typeof name === 'string' ? name : null }));
}

const isOutOfScope = ({ status, body }: { status: number; body: string }): boolean =>
	status === 403 && /scope and url mismatch/i.test(body);

const NO_NAMES =
	'Pipedrive denied access to the names of organizations: the app lacks the scope contacts:read. Only Client Per: Company needs them. ' +
	'Tick it in the Developer Hub under OAuth & access scopes, and connect the tenant again.';
