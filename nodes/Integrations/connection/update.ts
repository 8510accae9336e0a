import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { accountChoice, type AccountEntry } from '../../../db/integrations/accounts';
import {
	updateIntegration,
	type AccountChanges,
	type IntegrationChanges,
} from '../../../db/integrations/settings';
import { integrationById, type IntegrationSummary } from '../../../db/integrations/integrations';
import { getProvider } from '../../providers/registry';
import { isTimeZone } from '../../shared/dates';
import { readIntegrationId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyConnection } from './simplify';
import { accountsNamed } from './account-ids';

interface UpdateFields {
	accounts?: string;
	basis?: string;
	businessId?: string;
	disableAccounts?: string[];
	disableStreams?: string[];
	enableAccounts?: string[];
	enableStreams?: string[];
	historyStart?: string;
	releaseAccounts?: string[];
	timezone?: string;
}

/** Changes the settings of a connection, effective with the next sync. */
export async function updateConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const integration = await integrationById(pool, readIntegrationId(context, item));
		const fields = context.getNodeParameter('updateFields', item, {}) as UpdateFields;
		const changes = readChanges(fields);
		assertReadable(changes);
		assertStreams(integration, changes);
		const accounts = await accountChanges(pool, integration, fields);
		if (Object.keys(fields).length === 0) addHint(context, { message: NO_FIELD, type: 'info' });
		const updated = await updateIntegration(pool, integration.integrationId, { ...changes, accounts });
		return simplifyResults(context, item, [updated], simplifyConnection);
	});
}

const NO_FIELD = 'Nothing was changed. Add a field in Update Fields.';

/** Reads all changes but those of accounts; a field that was not added changes nothing. */
function readChanges(fields: UpdateFields): IntegrationChanges {
	const { enableStreams = [], disableStreams = [] } = fields;
	const { accounts, basis, businessId, historyStart, timezone } = fields;
	return {
		...{ basis, businessId: businessId?.trim().toLowerCase() },
		...{ historyStart: historyStart?.trim(), timezone: timezone?.trim() },
		...((accounts === 'consent' || accounts === 'chosen') && { readAccounts: accounts }),
		...(enableStreams.length + disableStreams.length > 0 && {
			streams: { enable: enableStreams, disable: disableStreams },
		}),
	};
}

/** @throws Error if an id is invalid, or an account is to be both enabled and disabled */
async function accountChanges(
	pool: Pool,
	{ provider, ...integration }: IntegrationSummary,
	{ enableAccounts = [], disableAccounts = [], releaseAccounts = [], businessId = '' }: UpdateFields,
): Promise<AccountChanges | undefined> {
	const file = provider === MYOB && businessId.trim() ? accountsNamed(provider, [businessId]) : [];
	const enable = [...accountsNamed(provider, enableAccounts), ...file];
	const disable = [
		...listIds(accountsNamed(provider, disableAccounts)),
		...(file.length > 0 ? await otherFiles(pool, integration, file) : []),
	];
	const release = listIds(accountsNamed(provider, releaseAccounts));
	assertOnce(listIds(enable), [...disable, ...release]);
	if (enable.length + disable.length + release.length === 0) return undefined;
	return { enable, disable, release };
}

/** A connection to MYOB reads the one company file that its Business ID names. */
const MYOB = 'myob';

async function otherFiles(
	pool: Pool,
	integration: Pick<IntegrationSummary, 'tenantId' | 'integrationId'>,
	file: readonly AccountEntry[],
): Promise<string[]> {
	const { accounts } = await accountChoice(pool, integration);
	return listIds(accounts).filter((id) => id !== file[0]?.id);
}

const listIds = (accounts: readonly AccountEntry[]): string[] => accounts.map(({ id }) => id);

function assertReadable({ historyStart, timezone, streams }: IntegrationChanges): void {
	if (historyStart && !/^\d{4}-(0[1-9]|1[0-2])$/.test(historyStart))
		throw new ExplainedError(
			`History Start "${historyStart}" is not a month.`,
			'Write it as YYYY-MM, for example 2024-07.',
		);
	if (timezone && !isTimeZone(timezone))
		throw new ExplainedError(
			`The time zone "${timezone}" does not exist.`,
			'Write a name such as Australia/Sydney.',
		);
	if (streams) assertOnce(streams.enable, streams.disable);
}

function assertOnce(enabled: readonly string[], disabled: readonly string[]): void {
	const both = enabled.find((one) => disabled.includes(one));
	if (both)
		throw new ExplainedError(`"${both}" is both enabled and disabled.`, 'Remove it from one of the fields.');
}

function assertStreams({ provider }: IntegrationSummary, { streams }: IntegrationChanges): void {
	if (!streams) return;
	const { displayName, streams: known } = getProvider(provider);
	const keys = known.map(({ key }) => key);
	const unknown = [...streams.enable, ...streams.disable].find((key) => !keys.includes(key));
	if (unknown)
		throw new ExplainedError(
			`${displayName} has no stream "${unknown}".`,
			`Choose from: ${keys.join(', ')}.`,
		);
}
