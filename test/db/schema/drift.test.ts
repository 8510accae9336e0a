import { join } from 'node:path';

import { it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';
import { testDatabase } from '../../support/database/database';
import { expectFile } from '../../support/expect/file-snapshot';
import { dumpSchema } from '../../support/database/schema-dump';

// After a change of the migrations: npx jest test/db/schema/drift.test.ts -u
it('is what db/schema.sql shows: a change of the schema is seen in review', async () => {
	const database = await testDatabase();
	try {
		expectFile(join(CHECKOUT, 'db', 'schema.sql'), await dumpSchema(database.admin));
	} finally {
		await database.close();
	}
});
