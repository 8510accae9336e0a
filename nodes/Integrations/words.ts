import { Duration } from 'luxon';

import type { IntegrationStatus } from '../../db/integrations/integrations';
import type { RunStatus } from '../../db/runs/list';
import { showTime } from './sync/show-time';

const CONNECTION_STATES: Readonly<Record<IntegrationStatus, string>> = {
	ACTIVE: 'Active',
	PENDING: 'Waiting for token',
	ERROR: 'Needs you',
	DISABLED: 'Disabled',
};

/** The state of a connection as people read it. */
export const describeConnectionStatus = (status: IntegrationStatus): string => CONNECTION_STATES[status];

/** The status of a run as people read it: the stored word with a capital letter. */
export const describeRunStatus = (status: RunStatus): string => capitalize(status);

export const capitalize = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** An instant to the minute, as in our messages: `2026-11-28 04:00 UTC`. */
export const formatInstant = (instant: string | null | undefined): string | null =>
	instant ? showTime(instant) : null;

/** A duration in its two largest units, such as `2 min, 10 sec`. @param milliseconds rounded to seconds */
export function formatDuration(milliseconds: number): string {
	const seconds = Math.max(0, Math.round(milliseconds / 1_000));
	if (seconds === 0) return '0 sec';
	const units = Duration.fromObject({ seconds }).shiftTo('days', 'hours', 'minutes', 'seconds').toObject();
	const largest = Object.entries(units)
		.filter(([, count]) => count > 0)
		.slice(0, 2);
	return Duration.fromObject(Object.fromEntries(largest), { locale: 'en' }).toHuman({ unitDisplay: 'short' });
}
