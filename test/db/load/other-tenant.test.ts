import { expect, it } from '@jest/globals';

import { PostgresUpsert } from '../../../nodes/PostgresUpsert/PostgresUpsert.node';
import { useDatabase } from '../../support/database/use-database';
import { loadTarget } from '../../support/database/loading';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();

it('refuses an item that names another tenant than Tenant ID does, and stores the others', async () => {
	const [ours, theirs] = [await loadTarget(database), await loadTarget(database)];
	const metric = {
		clientId: 'c1',
		metricName: 'visits',
		metricValue: '3',
		recordDate: '2026-06-30T00:00:00Z',
	};
	const items = [
		{ ...metric, tenantId: theirs.tenantId },
		{ ...metric, tenantId: ours.tenantId },
	];
	const parameters = {
		input: 'items',
		tenantId: ours.tenantId,
		table: 'custom_metrics',
		clientIdField: 'clientId',
		clientNameField: 'clientName',
		sourceSystem: 'manual',
	};
	const context = nodeContext({ database: database.settings, items, parameters });
	const [messages, refused] = await new PostgresUpsert().execute.call(context);
	expect(refused?.map(({ json }) => json)).toMatchObject([{ reason: { code: 'other_tenant' } }]);
	expect(messages?.map(({ json }) => json)).toMatchObject([{ table: 'custom_metrics', inserted: 1 }]);
});
