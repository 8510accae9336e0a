import type { IExecuteFunctions } from 'n8n-workflow';

/** The connection that the field Integration names for an item. @throws Error where none is chosen */
export function chosenIntegration(context: IExecuteFunctions, item: number): string {
	const id = context.getNodeParameter('integrationId', item, '', { extractValue: true }) as string;
	if (id) return id;
	throw new Error('No connection is chosen. Pick one in the field Integration.');
}

/** The tenant that the field Tenant names for an item. @throws Error where none is chosen */
export function chosenTenant(context: IExecuteFunctions, item: number): string {
	const id = context.getNodeParameter('tenantId', item, '', { extractValue: true }) as string;
	if (id) return id;
	throw new Error('No tenant is chosen. Pick one in the field Tenant, or create it with Zixly Database.');
}
