/** How long a run may continue without a sign of life. */
export const LEASE_MINUTES = 15;

/** Closes the runs of all tenants whose lease has ended. */
export const ABANDON_RUNS = 'select etl.abandon_runs()';
