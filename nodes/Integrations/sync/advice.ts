import type { IntegrationHealth } from '../../../db/runs/health';
import { adviceOn } from '../../shared/failure-classes';
import { excerpt } from '../../shared/text';

type LastError = NonNullable<IntegrationHealth['lastError']>;
type Authentication = IntegrationHealth['authentication'];

/** Only a new consent helps. */
const NEW_CONSENT = new Set(['reconnect_required', 'needs_consent']);

/** What to do about the error of a run. */
export function adviseOnError(
	{ class: failureClass }: Pick<LastError, 'class'>,
	authentication: Authentication,
): string {
	if (NEW_CONSENT.has(failureClass) && authentication === 'n8n') return CONNECT_CREDENTIAL;
	return adviceOn(failureClass);
}

/** Why the last run failed, and what to do. Some messages say the latter themselves. */
export function describeError(error: LastError, authentication: Authentication): string {
	if (error.message.includes('Connection: Enable')) return error.message;
	return `${error.message.replace(CONNECT_AGAIN, '')} ${adviseOnError(error, authentication)}`;
}

/** What to do about a connection; null if nothing is needed. */
export function describeWhatToDo(health: IntegrationHealth): string | null {
	const { status, lastError, authentication, openRejected, tenantPausedAt } = health;
	if (tenantPausedAt) return TENANT_PAUSED;
	const parts = [
		...(status === 'PENDING' ? [NO_TOKEN] : []),
		...(lastError ? [adviseOnError(lastError, authentication)] : []),
		...(openRejected > 0 ? [describeRejected(health)] : []),
	];
	return parts.length > 0 ? parts.join(' ') : null;
}

/** How many records are rejected, the most frequent reason and the remedy. */
export function describeRejected({
	openRejected,
	rejectedReason,
}: Pick<IntegrationHealth, 'openRejected' | 'rejectedReason'>): string {
	const count = openRejected === 1 ? '1 record was rejected' : `${openRejected} records were rejected`;
	if (!rejectedReason) return `${count}. ${REPLAY}`;
	const { code, message, records } = rejectedReason;
	const share = records === openRejected ? '' : `, ${records} of them`;
	const sentence = excerpt(message, MAX_REASON);
	return `${count}${share} as ${code}: ${sentence}${/[.!?…]$/.test(sentence) ? '' : '.'} ${REPLAY}`;
}

const MAX_REASON = 1_000;

const REPLAY = 'Rejected Record: Get Many lists them all; Replay loads them once the cause is fixed.';

const TENANT_PAUSED =
	'The tenant is paused, so nothing of it is synced. Zixly Database, Tenant: Resume continues.';

const NO_TOKEN = 'No token is stored yet: syncing begins once the tenant has connected.';

const CONNECT_CREDENTIAL =
	'Open the provider’s credential in n8n, press Connect and sign in, then run Zixly Own Connection again, or Connection: Enable.';

/** The advice says it in full. */
const CONNECT_AGAIN = / Connect the tenant (?:again|first)\.$/;
