import type { IncomingHttpHeaders } from 'node:http';

import type { ConnectLink } from '../../../db/integrations/connect/links';
import type { ConsentParts } from '../../engine/connect/consent-api';
import type { ProviderDefinition } from '../../engine/contract/provider';
import { getProviderName, providers } from '../../providers/registry';
import type { ConnectAddress } from '../http/address';
import type { Answer } from '../http/answer';
import { Browser } from '../http/browser';
import { readCookie } from '../http/cookies';
import { Fields } from '../http/fields';
import { isOwnOrigin } from '../http/origin';
import type { FormTarget } from '../pages/forms';
import { buildPage, type PageContent } from '../pages/layout';
import { buildProblem, type Problem, type ProblemView } from '../pages/problems';
import type { Services } from './services';
import { checkReturnUrl } from './settings';

/** A request as the pages see it. */
export interface VisitRequest {
	headers: IncomingHttpHeaders;
	query: unknown;
	body: unknown;
}

/** Ends a visit with a page that says what happened. */
export class ProblemError extends Error {
	constructor(
		readonly problem: Problem,
		readonly about: Partial<ProblemView> = {},
	) {
		super(problem);
	}
}

/** One request of a browser, with everything that answers it. */
export class Visit {
	readonly query: Fields;
	readonly body: Fields;
	/** The browser, if it sent a cookie of ours. */
	readonly known: Browser | undefined;

	constructor(
		readonly services: Services,
		readonly address: ConnectAddress,
		private readonly request: VisitRequest,
	) {
		this.query = new Fields(request.query);
		this.body = new Fields(request.body);
		this.known = Browser.fromCookie(this.cookie('browser'));
	}

	get operator() {
		return this.services.settings.operator;
	}

	/** Where the tenant came from, if the operator lists its origin. */
	get returnUrl(): string | undefined {
		const kept = this.cookie('returnTo');
		if (kept === undefined) return undefined;
		return checkReturnUrl(Buffer.from(kept, 'base64url').toString('utf8'), this.services.settings);
	}

	/** The same with a word that says how it ended. */
	returnWith(status: string): string | undefined {
		const { returnUrl } = this;
		if (returnUrl === undefined) return undefined;
		const url = new URL(returnUrl);
		url.searchParams.set('status', status);
		return url.href;
	}

	/** @throws ProblemError if the browser sent no cookie */
	get browser(): Browser {
		if (this.known) return this.known;
		throw new ProblemError('no_cookies');
	}

	/** Ends the visit unless a form of ours was sent from a page of ours. @throws ProblemError */
	assertOwnForm(): void {
		if (!isOwnOrigin(this.request.headers, this.address.origin)) throw new ProblemError('foreign_form');
		if (!this.browser.hasFormToken(this.body.text('token'))) throw new ProblemError('foreign_form');
	}

	form(action: string, hidden: Readonly<Record<string, string>>): FormTarget {
		return { action, hidden, formToken: this.browser.formToken };
	}

	/** The start page of a link, for this browser. */
	startOf({ linkId, tokenHash }: Pick<ConnectLink, 'linkId' | 'tokenHash'>): string {
		return this.address.link(linkId, this.browser.proveLink(tokenHash));
	}

	show(content: PageContent, formOrigins?: readonly string[], cookies?: readonly string[]): Answer {
		return { page: buildPage(this.operator, content), formOrigins, cookies };
	}

	showProblem(problem: Problem, about: Partial<ProblemView> = {}): Answer {
		const view = { operator: this.operator, providerName: 'the provider', accountWord: 'account', ...about };
		return this.show(buildProblem(problem, view));
	}

	private cookie(name: 'browser' | 'returnTo'): string | undefined {
		return readCookie(this.request.headers.cookie, name, this.address);
	}
}

/** What pages say of a provider. */
export function nameProvider(key: string): Pick<ProblemView, 'providerName' | 'accountWord'> {
	const definition = Object.hasOwn(providers, key) ? providers[key] : undefined;
	return { providerName: getProviderName(key), accountWord: definition?.accountWord ?? 'account' };
}

/** The provider's definition with how to reach it. @throws ProblemError if the operator has not set it up */
export async function openProvider(
	{ services }: Visit,
	key: string,
): Promise<{ definition: ProviderDefinition; parts: ConsentParts }> {
	const definition = Object.hasOwn(providers, key) ? providers[key] : undefined;
	const parts = definition && (await services.openProvider(definition));
	if (!definition || !parts) throw new ProblemError('not_set_up', nameProvider(key));
	return { definition, parts };
}
