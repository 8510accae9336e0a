import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { listReaders } from '../../../db/readers/logins';
import { fillList } from '../../adapter/fill-list';

/** The logins of all readers, by tenant or login. */
export async function searchReaders(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return await fillList(this, filter, NO_READER, async (pool) => {
		const readers = await listReaders(pool);
		return readers
			.map(({ login, tenantName }) => ({ name: `${login} (${tenantName})`, value: login }))
			.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	});
}

const NO_READER = 'There is no reader to revoke.';
