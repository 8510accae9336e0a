import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { updateIntegration, type IntegrationChanges } from '../../../db/integration-settings';
import { integrationById } from '../../../db/integrations';
import { providerOf } from '../../providers/registry';
import { isTimeZone } from '../../shared/dates';
import { chosenIntegration } from '../../shared/n8n/chosen';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

interface UpdateFields {
	basis?: string;
	businessId?: string;
	disableAccounts?: string[];
	disableStreams?: string[];
	enableAccounts?: string[];
	enableStreams?: string[];
	historyStart?: string;
	timezone?: string;
}

/** Changes the settings of a connection; the next sync goes by them. */
export async function updateConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const integrationId = chosenIntegration(context, item);
		const changes = changesOf(context.getNodeParameter('updateFields', item, {}) as UpdateFields);
		assertReadable(changes);
		await assertStreams(pool, integrationId, changes);
		return [await updateIntegration(pool, integrationId, changes)];
	});
}

/** What the fields ask for; a field that was not added changes nothing. */
export function changesOf(fields: UpdateFields): IntegrationChanges {
	const { enableAccounts = [], disableAccounts = [], enableStreams = [], disableStreams = [] } = fields;
	const { basis, businessId, historyStart, timezone } = fields;
	return {
		basis,
		businessId: businessId?.trim(),
		historyStart: historyStart?.trim(),
		timezone: timezone?.trim(),
		...(enableStreams.length + disableStreams.length > 0 && {
			streams: { enable: enableStreams, disable: disableStreams },
		}),
		...(enableAccounts.length + disableAccounts.length > 0 && {
			accounts: { enable: enableAccounts, disable: disableAccounts },
		}),
	};
}

function assertReadable({ historyStart, timezone, streams, accounts }: IntegrationChanges): void {
	if (historyStart && !/^\d{4}-(0[1-9]|1[0-2])$/.test(historyStart))
		throw new Error(
			`History Start is "${historyStart}" and not a month as YYYY-MM. Write, for example, 2024-07.`,
		);
	if (timezone && !isTimeZone(timezone))
		throw new Error(`There is no time zone "${timezone}". Write its name, for example Australia/Sydney.`);
	for (const { enable, disable } of [streams, accounts].filter((choice) => choice !== undefined)) {
		const both = enable.find((one) => disable.includes(one));
		if (both) throw new Error(`"${both}" is to be enabled and disabled. Take it out of one of the fields.`);
	}
}

async function assertStreams(
	pool: Pool,
	integrationId: string,
	{ streams }: IntegrationChanges,
): Promise<void> {
	if (!streams) return;
	const { provider } = await integrationById(pool, integrationId);
	const { displayName, streams: known } = providerOf(provider);
	const keys = known.map(({ key }) => key);
	const unknown = [...streams.enable, ...streams.disable].find((key) => !keys.includes(key));
	if (unknown) throw new Error(`${displayName} has no stream "${unknown}". It has: ${keys.join(', ')}.`);
}
