/** Of TLS: the server showed a certificate that nobody whom this machine trusts has signed. */
const UNKNOWN_AUTHORITY = new Set([
	'SELF_SIGNED_CERT_IN_CHAIN',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'CERT_UNTRUSTED',
]);

const OTHER_FAULT: Record<string, string> = {
	ERR_TLS_CERT_ALTNAME_INVALID:
		"The server's certificate is for another host name. Enter the name that it is for as Host, or choose TLS Require knowingly: then the certificate is not checked.",
	CERT_HAS_EXPIRED: "The server's certificate has expired. Renew it on the server.",
	CERT_NOT_YET_VALID:
		"The server's certificate is not valid yet. Check the clocks of this machine and of the server.",
};

/** How `pg` says that the server answered no to the question for TLS: such errors have no code. */
const NO_TLS = 'The server does not support SSL connections';
/** The same of an answer that is neither yes nor no. */
const NO_ANSWER = 'There was an error establishing an SSL connection';

/** What to do where TLS could not be had, or the server's certificate was not accepted; undefined for every other error. */
export function explainTls(error: unknown): string | undefined {
	const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
	if (message === NO_TLS) {
		return (
			'The server does not offer TLS, or something between here and there takes it away. Switch TLS on at the server; ' +
			'choose TLS Disable (sslmode=disable) only where the network is private: then nothing is encrypted.'
		);
	}
	if (message === NO_ANSWER) {
		return (
			'What answered the question for TLS is no PostgreSQL server, or something between here and there spoke for it. ' +
			'Check host and port, and the network between.'
		);
	}
	if (typeof code !== 'string') return undefined;
	if (UNKNOWN_AUTHORITY.has(code)) {
		return (
			"The server's certificate is signed by an authority that this machine does not know. Paste that authority's " +
			'certificate (PEM) into CA Certificate, or name its file as sslrootcert in the URL; or choose TLS Require ' +
			'(sslmode=require) knowingly: then the certificate is not checked.'
		);
	}
	return OTHER_FAULT[code];
}
