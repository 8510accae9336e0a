import type { IntegrationHealth } from '../../../db/runs/health';
import { getProviderName } from '../../providers/registry';
import { adviceOn } from '../../shared/failure-classes';
import { describeError, describeRejected } from './advice';
import { describeConsentEnding } from './consent-ending';

/** A condition of a connection that needs attention. */
export interface Alert {
	alert:
		| 'needsPerson'
		| 'needsConsent'
		| 'consentEnding'
		| 'stale'
		| 'allRejected'
		| 'manyRejected'
		| 'abandoned';
	/** What happened and what to do. */
	message: string;
	tenantId: string;
	tenantName: string;
	provider: string;
	integrationId: string;
}

/** Thresholds of the alerts. */
export interface AlertLimits {
	/** Hours without a full success. */
	staleAfterHours: number;
	/** Open rejected records of a connection. */
	rejectedFrom: number;
	/** Consecutive abandoned runs. */
	abandonedFrom: number;
}

/**
 * Builds the alerts of a connection, the most urgent first. A disabled connection has none, and one of a paused tenant
 * only that its consent ends.
 */
export function buildAlerts(health: IntegrationHealth, limits: AlertLimits, now: Date): Alert[] {
	const { tenantId, tenantName, provider, integrationId } = health;
	const texts: Array<[Alert['alert'], string | undefined]> = [
		['needsPerson', needsPerson(health)],
		['needsConsent', needsConsent(health)],
		['consentEnding', describeConsentEnding(health, now)],
		['abandoned', abandoned(health, limits)],
		['stale', stale(health, limits, now)],
		['allRejected', allRejected(health)],
		['manyRejected', manyRejected(health, limits)],
	];
	return texts.flatMap(([alert, text]) => {
		if (text === undefined || health.status === 'DISABLED') return [];
		if (health.tenantPausedAt && alert !== 'consentEnding') return [];
		const message = `${tenantName} (${getProviderName(provider)}): ${text}`;
		return [{ alert, message, tenantId, tenantName, provider, integrationId }];
	});
}

function needsPerson({ status, lastError, authentication }: IntegrationHealth): string | undefined {
	if (status !== 'ERROR') return undefined;
	if (!lastError) return 'syncing is paused and needs attention. Connection: Enable resumes it.';
	return `syncing is paused and needs attention. ${describeError(lastError, authentication)}`;
}

/** Of a connection that is read all the same; one of which nothing can be read is in error. */
function needsConsent({ status, lastError, authentication }: IntegrationHealth): string | undefined {
	if (status !== 'ACTIVE' || lastError?.class !== 'needs_consent') return undefined;
	return `not all streams are read. ${describeError(lastError, authentication)}`;
}

function abandoned(
	{ abandonedInARow }: IntegrationHealth,
	{ abandonedFrom }: AlertLimits,
): string | undefined {
	if (abandonedInARow < abandonedFrom) return undefined;
	return `the process ended during ${abandonedInARow} consecutive syncs. ${adviceOn('lease_ended')}`;
}

/** Only active connections: a pending one is not late, and one in error already has its own alert. */
function stale(health: IntegrationHealth, limits: AlertLimits, now: Date): string | undefined {
	const { status, lastSuccessAt, createdAt, lastError, authentication } = health;
	if (status !== 'ACTIVE') return undefined;
	const hours = (now.getTime() - Date.parse(lastSuccessAt ?? createdAt)) / 3_600_000;
	if (hours < limits.staleAfterHours) return undefined;
	const since = lastSuccessAt
		? `no full success for ${Math.floor(hours)} hours`
		: 'no sync has fully succeeded yet';
	if (!lastError)
		return `${since}, although no error was recorded. Check that the sync workflow is published.`;
	return `${since}. ${describeError(lastError, authentication)}`;
}

/** At once, whatever the number: a stream of which nothing arrives has a cause that a person can fix. */
function allRejected(health: IntegrationHealth): string | undefined {
	const { rejectedStreams: streams } = health;
	if (streams.length === 0) return undefined;
	return `nothing of ${streams.join(', ')} could be stored. ${describeRejected(health)}`;
}

function manyRejected(health: IntegrationHealth, { rejectedFrom }: AlertLimits): string | undefined {
	const { openRejected, rejectedStreams } = health;
	if (openRejected < rejectedFrom || rejectedStreams.length > 0) return undefined;
	return describeRejected(health);
}
