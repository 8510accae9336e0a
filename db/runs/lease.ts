/** How long a run may go on without a sign of life. */
export const LEASE_MINUTES = 15;

/** Closes the runs whose process ended, whoever's they are. */
export const ABANDON_RUNS = 'select etl.abandon_runs()';
