/** The real n8n that the tests and `npm run n8n` use. */
export interface N8nInstallation {
	root: string;
	/** Path of a Node.js that can run n8n. */
	node: string;
	/** Path of n8n's command line script. */
	cli: string;
}

export function ensureN8n(checkout: string): Promise<N8nInstallation>;
