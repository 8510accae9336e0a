import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { revokeReader } from '../../../db/readers/logins';
import { textParameter } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';

/** Revokes a reader's access and drops its login. */
export async function revokeReaders(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const login = textParameter(context, 'login')(item);
		if (!login) throw new ExplainedError('There is no login to revoke.', 'Choose one in the field Login.');
		return [await revokeReader(pool, { login })];
	});
}
