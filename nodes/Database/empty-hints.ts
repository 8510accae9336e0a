import type { EmptyHints } from '../adapter/operations';

/** What an operation without output says; the others always have output. */
export const databaseEmptyHints: EmptyHints = {
	'client:getAll': 'The tenant has no such client. Clients are made when its first rows are stored.',
	'exchangeRate:import': 'No rate was imported: there was no item.',
	'exchangeRate:load': 'No rate was loaded, and nothing was changed.',
	'tenant:getAll': 'There is no such tenant. Tenant: Create makes one.',
};
