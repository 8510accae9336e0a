import { describe, expect, it } from '@jest/globals';

import { assertAllowedHost, assertSafeAddress } from '../../../../nodes/engine/http/hosts';

const rules = { domains: ['xero.com'], allowedHosts: ['proxy.example.com', '127.0.0.1:4010', 'localhost'] };
const allow = (address: string) => (): void => assertAllowedHost(address, rules, 'API Base URL');

describe('the hosts that a stored token may be sent to', () => {
	it.each([
		'https://api.xero.com',
		'https://identity.xero.com/connect/token',
		'https://xero.com',
		'https://proxy.example.com:8443/xero',
		'http://127.0.0.1:4010',
		'http://localhost:9999',
	])('lets it go to %s', (address) => {
		expect(allow(address)).not.toThrow();
	});

	it.each([
		['a host that nobody allowed', 'https://evil.example.org'],
		['a name that only ends alike', 'https://notxero.com'],
		['a name that only begins alike', 'https://api.xero.com.evil.example.org'],
		['a sub-domain of an allowed host', 'https://a.proxy.example.com'],
		['another port of an allowed host', 'http://127.0.0.1:4011'],
		['this machine, if not allowed', 'http://[::1]:4010'],
		['the provider without encryption', 'http://api.xero.com'],
		['an allowed host without encryption', 'http://proxy.example.com'],
		['an address with a password', 'https://me:secret@api.xero.com'],
		['an address with a user that looks like the provider', 'https://api.xero.com@evil.example.org'],
		['something else than http', 'file:///etc/passwd'],
		['no address', 'api.xero.com'],
	])('refuses %s', (_, address) => {
		expect(allow(address)).toThrow(
			expect.objectContaining({ name: 'ReadFailure', failureClass: 'configuration' }),
		);
	});

	it('says what to do about a host that is not allowed', () => {
		expect(allow('https://sandbox.example.org:99/x')).toThrow(
			/add "sandbox.example.org:99" to Allowed Hosts/,
		);
	});

	it('lets the owner of an n8n credential choose the host, but encrypted', () => {
		expect(() => assertSafeAddress('https://anywhere.example.org', 'API Base URL')).not.toThrow();
		expect(() => assertSafeAddress('http://anywhere.example.org', 'API Base URL')).toThrow(/https/);
	});
});
