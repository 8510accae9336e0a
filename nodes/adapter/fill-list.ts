import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { Pool } from 'pg';

import { getPool } from '../../db/postgres/pool';
import { readDatabaseSettings, POSTGRES_CREDENTIAL } from './database';
import { nodeError } from './errors';

/** How many entries a list of the editor shows; the search finds the rest. */
export const MAX_SHOWN = 100;

/**
 * Loads a list, with the node's own words for what goes wrong.
 * @param nothing why the list is empty without a filter; an empty list of n8n says only "No results"
 */
export async function fillList(
	context: ILoadOptionsFunctions,
	filter: string,
	nothing: string,
	load: (pool: Pool) => Promise<INodeListSearchResult['results']>,
): Promise<INodeListSearchResult> {
	try {
		const results = await load(await getPoolForOptions(context));
		if (results.length === 0 && filter === '') throw new Error(nothing);
		return { results: results.slice(0, MAX_SHOWN) };
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

async function getPoolForOptions(context: ILoadOptionsFunctions): Promise<Pool> {
	return getPool(readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL)));
}
