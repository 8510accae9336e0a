import { Duration } from 'luxon';

import type { IntegrationHealth } from '../../../db/runs/health';
import { getProviderName, providers } from '../../providers/registry';
import { showTime } from './show-time';

/** Warned of half of the idle time ahead, and no longer than this. */
const MAX_WARNING_DAYS = 14;

/**
 * Warns of a consent that the provider ends because nobody has used it for long: syncs that do not run, or a paused
 * tenant. The expiry of the access token tells when it was refreshed last, to within its own lifetime.
 */
export function describeConsentEnding(health: IntegrationHealth, now: Date): string | undefined {
	const { provider, expiresAt, authentication, status } = health;
	const idleDays = Object.hasOwn(providers, provider)
		? providers[provider]!.oauth.lapses?.idleDays
		: undefined;
	if (idleDays === undefined || expiresAt === null || authentication !== 'stored') return undefined;
	// One in error has its own alert, and cannot be used.
	if (status !== 'ACTIVE') return undefined;
	const ends = Date.parse(expiresAt) + toMs(idleDays);
	const warnsFrom = ends - toMs(Math.min(MAX_WARNING_DAYS, idleDays / 2));
	if (now.getTime() < warnsFrom) return undefined;
	const name = getProviderName(provider);
	if (now.getTime() >= ends)
		return `the consent was not used for ${idleDays} days, so ${name} has probably ended it. Sync it: if that fails, the tenant has to connect again.`;
	const end = showTime(new Date(ends).toISOString());
	const why = health.tenantPausedAt
		? 'The tenant is paused: resume it before then, at least for one sync.'
		: 'Check that the sync workflow is published: each sync renews the consent.';
	return `${name} ends the consent at ${end} if it is not used. ${why}`;
}

const toMs = (days: number): number => Duration.fromObject({ days }).toMillis();
