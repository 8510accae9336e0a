import type { ExplainedError } from './explained-error';

/** OpenSSL codes for a certificate that no authority trusted by this machine has signed. */
const UNKNOWN_AUTHORITY = new Set([
	'SELF_SIGNED_CERT_IN_CHAIN',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'CERT_UNTRUSTED',
]);

type Explanation = Pick<ExplainedError, 'summary' | 'hint'>;

const OTHER_FAULT: Record<string, Explanation> = {
	ERR_TLS_CERT_ALTNAME_INVALID: {
		summary: "The server's certificate is for another host name.",
		hint: "Enter the certificate's host name as Host. TLS Require also connects, but then the certificate is not checked.",
	},
	CERT_HAS_EXPIRED: {
		summary: "The server's certificate has expired.",
		hint: 'Renew it on the server.',
	},
	CERT_NOT_YET_VALID: {
		summary: "The server's certificate is not valid yet.",
		hint: 'Check the clocks of this machine and of the server.',
	},
};

/** `pg`'s message when the server declines TLS; such errors have no code. */
const NO_TLS = 'The server does not support SSL connections';
/** `pg`'s message when the answer to its TLS request is neither yes nor no. */
const NO_ANSWER = 'There was an error establishing an SSL connection';

/** Why TLS failed or the server's certificate was not accepted; undefined for every other error. */
export function explainTls(error: unknown): Explanation | undefined {
	const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
	if (message === NO_TLS) return PLAIN_SERVER;
	if (message === NO_ANSWER) return OTHER_SERVER;
	if (typeof code !== 'string') return undefined;
	return UNKNOWN_AUTHORITY.has(code) ? UNTRUSTED : OTHER_FAULT[code];
}

const PLAIN_SERVER: Explanation = {
	summary: 'The server offers no TLS.',
	hint:
		'Choose Disable in TLS (sslmode=disable) if it runs on this machine or in a private network; otherwise switch TLS on at ' +
		'the server, and check that nothing on the network path strips it.',
};

const OTHER_SERVER: Explanation = {
	summary:
		'The answer to the TLS request did not come from a PostgreSQL server, or something on the network path replaced it.',
	hint: 'Check host, port and network.',
};

const UNTRUSTED: Explanation = {
	summary: "The server's certificate is signed by an authority that this machine does not trust.",
	hint:
		"Paste that authority's certificate (PEM) into CA Certificate, or give its file as sslrootcert in the URL. " +
		'TLS Require (sslmode=require) also connects, but then the certificate is not checked.',
};
