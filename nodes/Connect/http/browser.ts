import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A browser that opened a link: the secret in its cookie, and what is derived from it. */
export class Browser {
	private constructor(
		readonly secret: string,
		/** Whether the secret came from the request's cookie. */
		readonly isKnown: boolean,
	) {}

	static create(): Browser {
		return new Browser(randomBytes(32).toString('base64url'), false);
	}

	/** The browser of a cookie's value; undefined unless it has the form of a secret that we made. */
	static fromCookie(value: string | undefined): Browser | undefined {
		return value !== undefined && SECRET.test(value) ? new Browser(value, true) : undefined;
	}

	/** SHA-256 of the secret: what the database keeps of it. */
	get hash(): string {
		return createHash('sha256').update(this.secret).digest('base64url');
	}

	/** Proves that this browser held a link's token: worthless without the cookie, so that it may stand in a URL. */
	proveLink(tokenHash: string): string {
		return this.sign('link', tokenHash);
	}

	hasProof(proof: string, tokenHash: string): boolean {
		return equals(proof, this.proveLink(tokenHash));
	}

	/** What a form of ours carries; no other site can know it. */
	get formToken(): string {
		return this.sign('form', '');
	}

	hasFormToken(token: string): boolean {
		return equals(token, this.formToken);
	}

	private sign(use: string, text: string): string {
		return createHmac('sha256', this.secret).update(`${use}|${text}`).digest('base64url');
	}
}

/** 32 bytes as base64url. */
const SECRET = /^[\w-]{43}$/;

/** Compares in constant time; the lengths are no secret. */
function equals(given: string, right: string): boolean {
	const [a, b] = [Buffer.from(given), Buffer.from(right)];
	return a.length === b.length && timingSafeEqual(a, b);
}
