import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import type { DatabaseSettings } from '../../../db/postgres/pool';

export type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

/** What a list of the editor is given while the node's fields have these values. */
export function listContext(
	settings: DatabaseSettings,
	chosen: Record<string, unknown> = {},
): ILoadOptionsFunctions {
	return {
		getCurrentNodeParameter: (name: string) => chosen[name],
		getCredentials: async () => ({ ...settings }),
		getNode: () => ({ name: 'Node', type: 'n8n-nodes-zixly.integrations', typeVersion: 1 }),
	} as unknown as ILoadOptionsFunctions;
}

/** The names that the list shows. */
export async function listNames(
	settings: DatabaseSettings,
	search: Search,
	chosen: Record<string, unknown> = {},
	filter = '',
): Promise<string[]> {
	const { results } = await search.call(listContext(settings, chosen), filter);
	return results.map(({ name }) => String(name));
}
