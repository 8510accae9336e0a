/** The real n8n that the tests and `npm run n8n` use. */
export interface N8nInstallation {
	root: string;
	/** A Node.js that n8n runs on. */
	node: string;
	/** n8n's command line, to be run by it. */
	cli: string;
}

export function ensureN8n(checkout: string): Promise<N8nInstallation>;
