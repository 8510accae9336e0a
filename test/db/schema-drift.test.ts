import { expect, it } from 'vitest';

import { testDatabase } from '../support/database';
import { dumpSchema } from '../support/schema-dump';

it('is what db/schema.sql shows: a change of the schema is seen in review', async () => {
	const database = await testDatabase();
	try {
		await expect(await dumpSchema(database.admin)).toMatchFileSnapshot('../../db/schema.sql');
	} finally {
		await database.close();
	}
});
