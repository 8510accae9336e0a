import { parseArgs } from 'node:util';

import { startSandbox, type ProviderSandbox, type Sandbox } from './index';

const DEFAULT_PORT = 4010;

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { port: { type: 'string' }, seed: { type: 'string' } } });
	const port = Number(values.port ?? DEFAULT_PORT);
	if (!Number.isInteger(port) || port < 0 || port > 65_535) {
		throw new Error(`--port ${values.port} is no port. Give a number from 0 (any free one) to 65535.`);
	}
	const sandbox = await startSandbox({ port, seed: values.seed });
	console.log(introduction(sandbox));
	process.once('SIGINT', () => void sandbox.close());
	process.once('SIGTERM', () => void sandbox.close());
}

function introduction({ url, services }: Sandbox): string {
	return `Provider sandbox: ${url}

For tokens in the vault, in Zixly Token Key:
  Allowed Hosts      ${new URL(url).host}

${services.map(chapter).join('\n\n')}

Central banks, as Base URL of Exchange Rate: Load in Zixly Database:
  European Central Bank      ${url}/ecb
  Reserve Bank of Australia  ${url}/rba

Tokens without the page:
  curl -X POST ${url}/__sandbox/xero/connect -d '{"consent":"harbour"}'
Faults, limits, totals, requests:
  curl ${url}/__sandbox/

Tokens live as long as this process. Ctrl-C ends it.`;
}

function chapter(service: ProviderSandbox): string {
	const { authUrl, accessTokenUrl, apiBaseUrl } = service.endpoints;
	const consents = service.consents().map((name) => `  ${name.padEnd(10)} ${service.shown(name)}`);
	const people = service.people().map((login) => `  ${login}`);
	return `${service.displayName}, in its credential:
  Custom Addresses   on
  Authorization URL  ${authUrl}
  Access Token URL   ${accessTokenUrl}
  API Base URL       ${apiBaseUrl}
  Client ID          ${service.client.clientId}
  Client Secret      ${service.client.clientSecret}
Who can sign in on the consent page:
${people.join('\n')}
Consents, for tokens without the page:
${consents.join('\n')}`;
}

main().catch((error: NodeJS.ErrnoException) => {
	const taken = error.code === 'EADDRINUSE' ? ' Choose another one with --port.' : '';
	console.error(`The sandbox could not start: ${error.message}.${taken}`);
	process.exitCode = 1;
});
