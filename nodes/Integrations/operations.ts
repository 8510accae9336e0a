import type { Operations } from '../shared/n8n/operations';
import { createConnection } from './connection/create';
import { getConnections } from './connection/get-many';
import { disableConnection, enableConnection } from './connection/set-status';
import { claimDueRuns } from './sync/claim-due';
import { finishRuns } from './sync/finish';
import { getRuns } from './sync/get-runs';

export const integrationsOperations: Operations = {
	'sync:claimDue': claimDueRuns,
	'sync:finish': finishRuns,
	'sync:getRuns': getRuns,
	'connection:create': createConnection,
	'connection:disable': disableConnection,
	'connection:enable': enableConnection,
	'connection:getAll': getConnections,
};
