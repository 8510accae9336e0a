import type { EmptyHints } from '../adapter/operations';

const NO_FIGURES = 'There are no figures in this range. Nothing stored is not the same as zero.';

/** What an operation without output says; the others always have output. */
export const databaseEmptyHints: EmptyHints = {
	'client:getAll': 'The tenant has no such client. Clients are made when its first rows are stored.',
	'exchangeRate:import': 'No rate was imported: there was no item.',
	'exchangeRate:load': 'No rate was loaded, and nothing was changed.',
	'kpi:getFinancials': NO_FIGURES,
	'kpi:getFunnel': NO_FIGURES,
	'kpi:getMetricSeries': NO_FIGURES,
	'tenant:getAll': 'There is no such tenant. Tenant: Create makes one.',
};
