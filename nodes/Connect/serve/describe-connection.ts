import type { ConnectionEvent, EventName } from '../../../db/integrations/connect/events';
import type { IntegrationHealth } from '../../../db/runs/health';
import type { ConnectionView } from '../pages/manage';

/** How a connection goes, for the tenant. @param events latest first */
export function describeState(
	{ status, lastError }: IntegrationHealth,
	events: readonly ConnectionEvent[],
): ConnectionView['state'] {
	if (status === 'DISABLED') return 'paused';
	if (status === 'ERROR') return 'attention';
	if (status === 'PENDING') return isAwaiting(events) ? 'waiting' : 'ended';
	return lastError && isForTenant(lastError.class) ? 'attention' : 'working';
}

const STORED: readonly EventName[] = ['connected', 'reconnected', 'awaiting_approval', 'disconnected'];

const isAwaiting = (events: readonly ConnectionEvent[]): boolean =>
	events.find(({ event }) => STORED.includes(event))?.event === 'awaiting_approval';

/** What went wrong, in words for a person who knows neither n8n nor the provider's interface. */
export function describeProblems(
	{ status, lastError, openRejected }: IntegrationHealth,
	providerName: string,
	operatorName: string,
): string[] {
	const problems: string[] = [];
	if (status === 'ERROR' || lastError) {
		const known = lastError && TENANT_WORDS[lastError.class];
		problems.push(
			known
				? known(providerName)
				: `The last reading did not succeed completely. It is tried again by itself, and ${operatorName} can see the reason.`,
		);
	}
	if (openRejected > 0)
		problems.push(
			`${openRejected} ${openRejected === 1 ? 'record' : 'records'} could not be taken over. ${operatorName} can see which.`,
		);
	return problems;
}

/** What the tenant can fix itself, by failure class. */
const TENANT_WORDS: Readonly<Record<string, (provider: string) => string>> = {
	reconnect_required: (provider) =>
		`${provider} does not accept our access any more. It may have expired or been withdrawn. Please reconnect.`,
	not_permitted: (provider) =>
		`A permission in ${provider} is missing. Please reconnect and allow everything that is asked for.`,
	account_gone: (provider) =>
		`Something that was connected cannot be reached in ${provider} any more. Please reconnect, with a sign-in that has access to it.`,
};

const isForTenant = (failureClass: string): boolean => Object.hasOwn(TENANT_WORDS, failureClass);

/** An event as the tenant reads it; undefined for one that is of no use to it. */
export const describeEvent = (event: EventName): string | undefined => EVENTS[event];

const EVENTS: Readonly<Partial<Record<EventName, string>>> = {
	connected: 'Connected',
	reconnected: 'Reconnected',
	disconnected: 'Disconnected',
	awaiting_approval: 'Connected, waiting for approval',
	failed: 'Stopped working',
	needs_consent: 'A permission was missing',
	first_sync_complete: 'First reading complete',
	enabled: 'Resumed',
	disabled: 'Paused',
	other_browser: 'A link was tried in another browser',
};
