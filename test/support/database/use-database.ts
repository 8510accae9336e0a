import { afterAll, beforeAll } from '@jest/globals';

import { testDatabase, type TestDatabase } from './database';

/** A database for the tests of one file: made before the first, dropped after the last. Empty until then. */
export function useDatabase(): TestDatabase {
	const database = {} as TestDatabase;
	beforeAll(async () => void Object.assign(database, await testDatabase()));
	afterAll(async () => await database.close());
	return database;
}
