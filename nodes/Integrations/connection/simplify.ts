import type { ConsentEnd } from '../../../db/integrations/connect/disconnect';
import type { IntegrationSummary } from '../../../db/integrations/integrations';
import type { RunStatus } from '../../../db/runs/list';
import { nameAuthentication } from '../../adapter/authentication';
import { getProviderName } from '../../providers/registry';
import { describeConnectionStatus, describeRunStatus, formatInstant } from '../words';
import { describeAccountStatus, type AccountOverview } from './account-overview';

/** A connection, flat and in words. */
export function simplifyConnection(connection: IntegrationSummary): object {
	const { lastRunStatus, metadata } = connection;
	return {
		tenant: connection.tenantName,
		provider: getProviderName(connection.provider),
		status: describeConnectionStatus(connection.status),
		lastSync: formatInstant(connection.lastSyncAt),
		lastRun: lastRunStatus && describeRunStatus(lastRunStatus as RunStatus),
		runningSince: formatInstant(connection.runningSince),
		authentication: nameAuthentication(metadata.authentication === 'n8n' ? 'n8n' : 'stored'),
		created: formatInstant(connection.createdAt),
		connectionId: connection.integrationId,
	};
}

/** A connection that has ended, and what it freed. */
export function simplifyDisconnected(
	ended: IntegrationSummary & { accountsFreed: number; runClosed: boolean; consent: ConsentEnd },
): object {
	return {
		tenant: ended.tenantName,
		provider: getProviderName(ended.provider),
		status: describeConnectionStatus(ended.status),
		consent: ended.consent,
		accountsFreed: ended.accountsFreed,
		runClosed: ended.runClosed,
		lastSync: formatInstant(ended.lastSyncAt),
		connectionId: ended.integrationId,
	};
}

/** An account of a connection, flat and in words. */
export function simplifyAccount(
	account: AccountOverview & Pick<IntegrationSummary, 'tenantName' | 'provider'>,
): object {
	const { reached, ofConsent, streams, accountId } = account;
	return {
		account: account.name ?? accountId,
		status: describeAccountStatus(account.status),
		tenant: account.tenantName,
		provider: getProviderName(account.provider),
		...{ reached, ofConsent },
		timezone: account.timezone,
		currency: account.currency,
		lastRead: formatInstant(
			streams
				.map(({ readAt }) => readAt)
				.sort()
				.at(-1),
		),
		accountId,
	};
}
