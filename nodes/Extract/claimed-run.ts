import type { RunToExtract } from '../engine/run';

const IDS = ['tenantId', 'integrationId', 'syncRunId', 'provider'] as const;

/** The run that an item of Claim Due stands for; undefined for any other item, which is passed on. */
export function claimedRunIn(json: Record<string, unknown>): RunToExtract | undefined {
	if (json.type !== undefined || !IDS.every((name) => typeof json[name] === 'string' && json[name] !== ''))
		return undefined;
	const { tenantId, integrationId, syncRunId, provider } = json as Record<(typeof IDS)[number], string>;
	return { tenantId, integrationId, syncRunId, provider, metadata: metadataIn(json.metadata) };
}

function metadataIn(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
