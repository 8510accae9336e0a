import type { IntegrationHealth } from '../../../db/runs/health';
import { adviceOn } from './advice';

/** What is worth a person's attention. */
export interface Alert {
	alert: 'needsPerson' | 'stale' | 'manyRejected' | 'abandoned';
	/** What happened and what to do, in words. */
	message: string;
	tenantId: string;
	tenantName: string;
	provider: string;
	integrationId: string;
}

/** From when on something is worth an alert. */
export interface AlertLimits {
	/** Hours without a success. */
	staleAfterHours: number;
	/** Open rejected records of a connection. */
	rejectedFrom: number;
	/** Runs in a row whose process ended. */
	abandonedFrom: number;
}

/** The alerts of a connection, the most urgent first; none where all is well, or where it is switched off. */
export function buildAlerts(health: IntegrationHealth, limits: AlertLimits, now: Date): Alert[] {
	const { tenantId, tenantName, provider, integrationId } = health;
	const texts: Array<[Alert['alert'], string | undefined]> = [
		['needsPerson', needsPerson(health)],
		['abandoned', abandoned(health, limits)],
		['stale', stale(health, limits, now)],
		['manyRejected', manyRejected(health, limits)],
	];
	return texts.flatMap(([alert, text]) => {
		if (text === undefined || health.status === 'DISABLED') return [];
		const message = `${tenantName} (${provider}): ${text}`;
		return [{ alert, message, tenantId, tenantName, provider, integrationId }];
	});
}

function needsPerson({ status, lastError }: IntegrationHealth): string | undefined {
	if (status !== 'ERROR') return undefined;
	if (!lastError) return 'syncing was stopped until a person helps. Connection: Enable starts it again.';
	return `syncing was stopped until a person helps. ${lastError.message} ${adviceOn(lastError.class)}`;
}

function abandoned(
	{ abandonedInARow }: IntegrationHealth,
	{ abandonedFrom }: AlertLimits,
): string | undefined {
	if (abandonedInARow < abandonedFrom) return undefined;
	return `the process ended in the middle of ${abandonedInARow} syncs in a row. ${adviceOn('lease_ended')}`;
}

/** A connection that still waits for its first token is not late, and one that needs a person is said already. */
function stale(health: IntegrationHealth, limits: AlertLimits, now: Date): string | undefined {
	const { status, lastSuccessAt, createdAt, lastError } = health;
	if (status !== 'ACTIVE') return undefined;
	const hours = (now.getTime() - Date.parse(lastSuccessAt ?? createdAt)) / 3_600_000;
	if (hours < limits.staleAfterHours) return undefined;
	const since = lastSuccessAt
		? `no full success for ${Math.floor(hours)} hours`
		: 'it has never fully succeeded';
	if (!lastError) return `${since}, and nothing went wrong. See that the sync workflow is published.`;
	return `${since}. ${lastError.message} ${adviceOn(lastError.class)}`;
}

function manyRejected(
	{ openRejected }: IntegrationHealth,
	{ rejectedFrom }: AlertLimits,
): string | undefined {
	if (openRejected < rejectedFrom) return undefined;
	return `${openRejected} records could not be used. Rejected Record: Get Many says why; Replay loads them once the reason is gone.`;
}
