import type { IntegrationHealth } from '../../../db/runs/health';
import { adviceOn } from '../../shared/failure-classes';

type LastError = NonNullable<IntegrationHealth['lastError']>;
type Authentication = IntegrationHealth['authentication'];

/** What to do about the error of a connection's last run. */
export function adviseOnError({ class: failureClass }: LastError, authentication: Authentication): string {
	if (failureClass === 'reconnect_required' && authentication === 'n8n') return CONNECT_CREDENTIAL;
	return adviceOn(failureClass);
}

/** Why the last run failed, and what to do. Some messages say the latter themselves. */
export function describeError(error: LastError, authentication: Authentication): string {
	if (error.message.includes('Connection: Enable')) return error.message;
	return `${error.message.replace(CONNECT_AGAIN, '')} ${adviseOnError(error, authentication)}`;
}

const CONNECT_CREDENTIAL =
	'Open the provider’s credential in n8n, press Connect and sign in, then run Connection: Enable.';

/** The advice says it in full. */
const CONNECT_AGAIN = / Connect the tenant (?:again|first)\.$/;
