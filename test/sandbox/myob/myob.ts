import type { Clock } from '../core/clock';
import { jsonReply, type Reply, type SandboxRequest } from '../core/reply';
import { LimitBook, ServiceSandbox, type Admission, type ApiCall, type CallFacts } from '../service';
import type { Basis, Totals } from '../xero/totals';
import { fileReply, shownFile } from './api';
import { MyobBooks, type MyobEdit } from './books';
import { catalogue, type CompanyFile, type MyobConsent } from './catalogue';
import { fileOf, myobFacts } from './facts';
import { problems } from './problems';
import { MYOB_CLIENT, type MyobLimits } from './settings';
import { totalsOf } from './totals';

export interface ShownFile {
	id: string;
	name: string;
	country: string;
	/** IANA. */
	timezone: string;
	/** The first month of its books, `YYYY-MM`. */
	firstMonth: string;
}

const PATH = /^\/accountright\/([^/]*)(\/.*)?$/;

/** MYOB's company files. The API key and the version stand in headers of their own; a 403 may be a limit. */
export class MyobSandbox extends ServiceSandbox<MyobConsent, MyobLimits> {
	private readonly books = new Map<string, MyobBooks>();
	private readonly limitBook: LimitBook;

	constructor(clock: Clock, seed: string, initial: Partial<MyobLimits>) {
		super(clock, myobFacts(catalogue(seed)), initial);
		this.limitBook = new LimitBook(clock, () => [
			{ name: 'day', calls: this.settings.perDay, seconds: 86_400, fixed: true, scope: 'application' },
			{ name: 'second', calls: this.settings.perSecond, seconds: 1, scope: 'application' },
		]);
		for (const { file, others } of this.facts.consents.values()) {
			for (const one of [file, ...others]) this.books.set(one.id, new MyobBooks(one, seed, clock));
		}
	}

	/** The company file of a consent. */
	file(consent: string): ShownFile {
		const { id, name, country, timezone } = this.consent(consent).file;
		return { id, name, country, timezone, firstMonth: this.booksOf(id).firstMonth };
	}

	/** The golden figures of a month (`YYYY-MM`) up to today, computed apart from the replies. */
	totals(fileId: string, month: string, basis: Basis = 'accrual'): Totals {
		return totalsOf(this.booksOf(fileId), month, basis);
	}

	/** Books something into a month, so that a later sync sees other figures. */
	edit(fileId: string, month: string, edit: MyobEdit): void {
		this.booksOf(fileId).edit(month, edit);
	}

	/** Deletes the invoices of a month. */
	deleteIncome(fileId: string, month: string): void {
		this.booksOf(fileId).deleteIncome(month);
	}

	protected override callOf({ path, query }: SandboxRequest): CallFacts {
		return { account: PATH.exec(path)?.[1] || undefined, month: query.get('StartDate')?.slice(0, 7) };
	}

	protected override admit({ request }: ApiCall): Admission {
		if (request.headers['x-myobapi-key'] !== MYOB_CLIENT.clientId)
			return { refusal: problems.developerInactive(), headers: {} };
		if (request.headers['x-myobapi-version'] !== 'v2')
			return { refusal: problems.badRequest('The header x-myobapi-version is not v2.'), headers: {} };
		const { problem, release } = this.limitBook.admit({ keys: { application: 'the app' } });
		if (problem === null) return { headers: {}, release };
		return { refusal: problem === 'day' ? problems.daily() : problems.perSecond(), headers: {} };
	}

	protected override answer({ request, grant, account, url }: ApiCall): Reply {
		const { file, others } = this.consent(grant.consent);
		if (request.path === '/accountright/') return this.fileList([file, ...others]);
		const mine = this.settings.oldKey ? [file, ...others] : [fileOf(this.facts.consents, grant)];
		if (!mine.some(({ id }) => id === account)) return problems.accessDenied();
		const resource = PATH.exec(request.path)?.[2] ?? '';
		return fileReply(resource, grant.scopes, this.booksOf(account ?? ''), {
			...{ url: url + request.path, query: request.query, limits: this.settings },
		});
	}

	protected override clearLimits(): void {
		this.limitBook.clear();
	}

	/** A bare list; keys made since March 2025 see none. */
	private fileList(files: CompanyFile[]): Reply {
		return jsonReply(200, this.settings.oldKey ? files.map(shownFile) : []);
	}

	private booksOf(fileId: string): MyobBooks {
		const books = this.books.get(fileId);
		if (books) return books;
		throw new Error(`There is no company file "${fileId}". See file(consent) for its id.`);
	}
}
