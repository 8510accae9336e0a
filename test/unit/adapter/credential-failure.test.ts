import { describe, expect, it, jest } from '@jest/globals';
import type * as N8nWorkflow from 'n8n-workflow';

import { explainCredentialError } from '../../../nodes/adapter/credential-failure';

const CREDENTIAL = { provider: 'Xero', name: 'My Xero' };

/** An installed package has its own copy of n8n-workflow: n8n's errors are no instances of its classes. */
function loadAnotherN8n(): typeof N8nWorkflow {
	let other: typeof N8nWorkflow | undefined;
	jest.isolateModules(() => {
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- a second copy, not the module's own
		other = require('n8n-workflow') as typeof N8nWorkflow;
	});
	return other!;
}

const node: N8nWorkflow.INode = {
	...{ id: 'n', name: 'Extract', type: 'n8n-nodes-zixly.extract', typeVersion: 1 },
	...{ position: [0, 0], parameters: {} },
};

const OWN = loadAnotherN8n();
const N8NS = [
	['the same n8n-workflow', OWN],
	['another copy of n8n-workflow', loadAnotherN8n()],
] as const;

describe.each(N8NS)('an error of n8n’s OAuth code, passed on by %s', (_, n8n) => {
	/** As `httpRequestWithAuthentication` and our HTTP client wrap it. */
	const explain = (error: object) => {
		const wrapped = new n8n.NodeApiError(node, error as N8nWorkflow.JsonObject);
		return explainCredentialError(new OWN.NodeOperationError(node, wrapped), CREDENTIAL);
	};

	it.each([
		[new Error('OAuth credentials not connected'), 'is not connected'],
		[new Error('Unable to sign without access token'), 'is not connected'],
		[new Error('The credential "My Xero" needs to be reconnected.'), 'no longer accepts'],
		[
			new Error(
				'OAuth access token expired and no refresh token is available. Please reconnect the credentials.',
			),
			'no longer accepts',
		],
		[tokenError('EAUTH', { error: 'invalid_grant' }), 'no longer accepts'],
		[tokenError('ESTATUS', '{"status":"BAD_REFRESH_TOKEN"}', 400), 'no longer accepts'],
	])('%s asks a person to connect', (error, words) => {
		const failure = explain(error);
		expect(failure).toMatchObject({ failureClass: 'reconnect_required' });
		expect(failure?.message).toContain(words);
		expect(failure?.message).toMatch(
			/"My Xero".* press Connect and sign in, then run Zixly Own Connection again, or Connection: Enable\.$/,
		);
	});

	it.each([
		[tokenError('EAUTH', { error: 'invalid_client' }), 'configuration', /invalid_client.*Client Secret/],
		[tokenError('EAUTH', { error: 'unauthorized_client' }), 'configuration', /Check Client ID/],
		[tokenError('ESTATUS', '', 401), 'configuration', /Check Client ID/],
		[tokenError('ESTATUS', '<html>blocked</html>', 403), 'configuration', /firewall/],
		[tokenError('ESTATUS', 'slow down', 429), 'rate_limited', /next run/],
		[tokenError('EAUTH', { error: 'temporarily_unavailable' }), 'provider_unavailable', /next run/],
		[new Error('Found credential with no ID.'), 'configuration', /Choose it in Credential for Zixly Xero/],
	])('%s is %s', (error, failureClass, words) => {
		const failure = explain(error);
		expect(failure).toMatchObject({ failureClass, message: expect.stringMatching(words) });
	});

	it.each([
		[new Error('connect ECONNREFUSED 127.0.0.1:1')],
		[new Error('Request failed with status code 503')],
		[Object.assign(new Error('timeout of 60000ms exceeded'), { code: 'ECONNABORTED' })],
	])('%s is about the request, not the credential', (error) => {
		expect(explain(error)).toBeUndefined();
	});
});

describe('an error that is none of n8n’s', () => {
	it.each([[undefined], [null], ['text'], [{}], [{ message: 7 }]])('%j is not explained', (error) => {
		expect(explainCredentialError(error, CREDENTIAL)).toBeUndefined();
	});

	it('searches an error that causes itself in bounded time', () => {
		const error = new Error('round');
		error.cause = error;
		expect(explainCredentialError(error, CREDENTIAL)).toBeUndefined();
	});
});

/** As AuthError and ResponseError of n8n's OAuth client. */
function tokenError(code: string, body: unknown, status?: number): Error {
	return Object.assign(new Error(`HTTP status ${status ?? 400}`), { code, body, status });
}
