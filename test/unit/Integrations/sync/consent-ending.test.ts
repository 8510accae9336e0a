import { describe, expect, it } from '@jest/globals';

import type { IntegrationHealth } from '../../../../db/runs/health';
import { buildAlerts } from '../../../../nodes/Integrations/sync/alerts';

const NOW = new Date('2026-11-28T00:00:00Z');
const LIMITS = { staleAfterHours: 1e6, rejectedFrom: 10, abandonedFrom: 3 };
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();

function alertsOf(provider: string, idle: number | null, more: Partial<IntegrationHealth> = {}): string[] {
	const health: IntegrationHealth = {
		...{ integrationId: 'i', tenantId: 't', tenantName: 'Harbour', tenantPausedAt: null, provider },
		...{ status: 'ACTIVE', authentication: 'stored', expiresAt: idle === null ? null : daysAgo(idle) },
		...{ lastSuccessAt: daysAgo(1), createdAt: daysAgo(900), runningSince: null, lastRunStatus: 'succeeded' },
		...{
			lastRunFinishedAt: daysAgo(1),
			failuresInARow: 0,
			abandonedInARow: 0,
			lastError: null,
			warnings: [],
		},
		...{ nextDue: null, openRejected: 0, rejectedReason: null, rejectedStreams: [] },
		...more,
	};
	return buildAlerts(health, LIMITS, NOW).map(({ alert, message }) => `${alert} ${message}`);
}

describe('the end of a consent that nobody uses', () => {
	it.each([
		['xero', 45, 47, 60],
		['pipedrive', 45, 47, 60],
		['myob', 3, 4, 7],
	])('is warned of in time at %s, and said when it is over', (provider, quiet, warned, ended) => {
		expect(alertsOf(provider, quiet)).toEqual([]);
		expect(alertsOf(provider, warned)).toEqual([
			expect.stringMatching(
				/^consentEnding Harbour \(.*\): .* ends the consent at 2026-\d\d-\d\d .* if it is not used\. Check that/,
			),
		]);
		expect(alertsOf(provider, ended)).toEqual([
			expect.stringMatching(new RegExp(`^consentEnding .*was not used for ${ended} days`)),
		]);
	});

	it.each(['hubspot', 'asana', 'unknown'])('is nothing at %s, where it does not end', (provider) => {
		expect(alertsOf(provider, 400)).toEqual([]);
	});

	it('is warned of for a paused tenant, with what to do, and for nothing else of it', () => {
		const paused = { tenantPausedAt: daysAgo(50), openRejected: 99, rejectedReason: null };
		expect(alertsOf('xero', 50, paused)).toEqual([
			expect.stringMatching(/The tenant is paused: resume it before then/),
		]);
		expect(alertsOf('xero', 5, paused)).toEqual([]);
	});

	it('is nothing where there is no consent of ours to keep', () => {
		expect(alertsOf('xero', null)).toEqual([]);
		expect(alertsOf('xero', 50, { authentication: 'n8n' })).toEqual([]);
		expect(alertsOf('xero', 50, { status: 'DISABLED' })).toEqual([]);
		expect(alertsOf('xero', 50, { status: 'PENDING' })).toEqual([]);
	});
});
