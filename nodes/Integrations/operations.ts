import type { ReadingOperations } from '../adapter/agent-tools';
import type { Operations } from '../adapter/operations';
import { createConnection } from './connection/create';
import { createConnectLink } from './connection/create-link';
import { disconnectConnection } from './connection/disconnect';
import { getAccounts } from './connection/get-accounts';
import { getConnections } from './connection/get-many';
import { getTimeline } from './connection/get-timeline';
import { resetConnectionState } from './connection/reset-state';
import { disableConnection, enableConnection } from './connection/set-status';
import { updateConnection } from './connection/update';
import { getRejected } from './rejected-record/get-many';
import { replayRejected } from './rejected-record/replay';
import { claimDueRuns } from './sync/claim-due';
import { failRunsOfExecution } from './sync/fail-runs';
import { finishRuns } from './sync/finish';
import { getHealth } from './sync/get-health';
import { getRun } from './sync/get-run';
import { getRuns } from './sync/get-runs';
import { pruneHistory } from './sync/prune';
import { rotateVaultKey } from './vault/rotate-key';

export const integrationsOperations: Operations = {
	'sync:claimDue': claimDueRuns,
	'sync:failRuns': failRunsOfExecution,
	'sync:finish': finishRuns,
	'sync:getHealth': getHealth,
	'sync:getRun': getRun,
	'sync:getRuns': getRuns,
	'sync:prune': pruneHistory,
	'connection:create': createConnection,
	'connection:createLink': createConnectLink,
	'connection:disable': disableConnection,
	'connection:disconnect': disconnectConnection,
	'connection:enable': enableConnection,
	'connection:getAccounts': getAccounts,
	'connection:getAll': getConnections,
	'connection:getTimeline': getTimeline,
	'connection:resetState': resetConnectionState,
	'connection:update': updateConnection,
	'rejectedRecord:getAll': getRejected,
	'rejectedRecord:replay': replayRejected,
	'vault:rotateKey': rotateVaultKey,
};

/** What an AI agent may use. Get Accounts is not among it: it asks the provider, with the tenant's token. */
export const integrationsReading: ReadingOperations = new Set([
	'sync:getHealth',
	'sync:getRuns',
	'connection:getAll',
	'rejectedRecord:getAll',
]);
