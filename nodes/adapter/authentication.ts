import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Where the token of a connection is kept: in the vault, or in an n8n credential. */
export type Authentication = 'stored' | 'n8n';

const STORED = 'storedIntegration';
const BY_N8N = 'n8nCredential';

/**
 * Builds the field Authentication.
 * @param preset chosen by default
 * @param descriptions of the two options
 */
export function authenticationField(
	preset: Authentication,
	descriptions: Record<Authentication, string>,
	description?: string,
): INodeProperties {
	const stored = { name: nameAuthentication('stored'), value: STORED, description: descriptions.stored };
	const byN8n = { name: nameAuthentication('n8n'), value: BY_N8N, description: descriptions.n8n };
	const options: INodePropertyOptions[] = preset === 'stored' ? [stored, byN8n] : [byN8n, stored];
	return {
		...field,
		default: preset === 'stored' ? STORED : BY_N8N,
		...(description && { description }),
		options,
	};
}

const NAMES: Readonly<Record<Authentication, string>> = { stored: 'Zixly Vault', n8n: 'Credential in n8n' };

/** What people read for it. */
export const nameAuthentication = (authentication: Authentication): string => NAMES[authentication];

const field: INodeProperties = {
	displayName: 'Authentication',
	name: 'authentication',
	type: 'options',
	default: STORED,
	options: [],
};

/**
 * Whether a connection is one that the field Authentication chooses.
 * @param chosen the field's value; other than its two, every connection is
 * @param kept `metadata.authentication` of the connection
 */
export function isAuthentication(chosen: unknown, kept: unknown): boolean {
	if (chosen !== STORED && chosen !== BY_N8N) return true;
	return (chosen === BY_N8N) === (kept === 'n8n');
}

export function readAuthentication(context: IExecuteFunctions, item: number): Authentication {
	return context.getNodeParameter('authentication', item) === BY_N8N ? 'n8n' : 'stored';
}
