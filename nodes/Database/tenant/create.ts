import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { createTenant } from '../../../db/integrations/tenants';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';

interface AdditionalFields {
	industry?: string;
	allowDuplicate?: boolean;
}

/**
 * Creates one tenant per item. An existing tenant of the same name is returned, with a hint, so that running twice
 * creates one.
 */
export async function createTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const existing: string[] = [];
	const output = await mapItems(context, async (item) => {
		const name = String(context.getNodeParameter('name', item, '')).trim();
		if (!name) throw new ExplainedError('The tenant has no name.', 'Fill in the field Name.');
		const { industry, allowDuplicate } = context.getNodeParameter(
			'additionalFields',
			item,
			{},
		) as AdditionalFields;
		const tenant = await createTenant(pool, { name, industry, reuse: !allowDuplicate });
		if (!tenant.created) existing.push(tenant.name);
		return [tenant];
	});
	if (existing.length > 0) {
		addHint(context, { message: explainExisting(existing), type: 'info' });
	}
	return output;
}

function explainExisting([name, ...others]: string[]): string {
	return others.length === 0
		? `A tenant called "${name}" existed already and was returned unchanged. To change it use Tenant: Update; to create a second one turn on Allow Another of This Name.`
		: `${others.length + 1} tenants existed already and were returned unchanged, the first is "${name}".`;
}
