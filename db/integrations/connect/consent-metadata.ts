/**
 * The metadata of an integration without what describes the consent or token that is about to be replaced or removed.
 * The operator's settings stay.
 */
export const METADATA_WITHOUT_CONSENT = `(coalesce(metadata, '{}')
	- array['scopes', 'consentUser', 'awaitingApproval', 'tokenKind'])`;
