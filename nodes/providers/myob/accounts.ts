import type { AccountEntry } from '../../../db/integrations/accounts';
import type { AccountDiscovery, AccountListing } from '../../engine/contract/provider';
import type { AccountReference, ProviderApi } from '../../engine/contract/api';
import { ReadFailure } from '../../engine/contract/failure';
import { isReadableList, sortEntries } from '../../engine/read/list-entries';
import { type NamelessEntry } from '../../engine/contract/stream';
import { isTimeZone } from '../../shared/dates';
import { excerpt } from '../../shared/text';
import { invalidZone, GUID, textOrNull, withNameless } from '../account-facts';
import { buildFilePath } from './report';

interface CompanyFile {
	Id: string;
	Name?: unknown;
	Country?: unknown;
}

/** A company file states its country but not its currency. MYOB exists only in these countries. */
const CURRENCIES: Readonly<Record<string, string>> = { AU: 'AUD', NZ: 'NZD' };

/**
 * A consent is for one company file, which only the redirect at its end states (`businessId`). Keys created before
 * 12 March 2025 can list company files instead, but not tell which one a consent is for.
 */
export const myobAccounts: AccountDiscovery = {
	id: GUID,

	async list({ api, metadata, chosen = [] }) {
		const id = String(metadata.businessId ?? '').trim();
		if (id !== '') return onlyOne({ id: parseBusinessId(id), name: null });
		// Newer keys cannot list files, and every file is read by its id anyway.
		if (chosen.length > 0) return { accounts: chosen, consent: null, warnings: [] };
		const { files, nameless } = await listFiles(api);
		const [file] = files;
		if (!file) throw new ReadFailure('needs_choice', NO_FILE, WHERE_TO_FIND_IT);
		if (files.length === 1 && nameless.length === 0) return onlyOne(file);
		return withNameless({ accounts: files, consent: null, warnings: [] }, FILES, nameless);
	},

	async describe({ api, timezone }, reference) {
		const { Id, Name, Country } = await companyFile(api, reference);
		const name = textOrNull(Name);
		const currency = chooseCurrency(name ?? reference.name, textOrNull(Country), reference.currency);
		const known = isTimeZone(timezone) ? timezone : null;
		const isUnknown = known === null && reference.timezone === null;
		return {
			account: { id: Id, name, timezone: known, currency },
			warnings: isUnknown ? [invalidZone(name ?? reference.name, timezone, 'months')] : [],
		};
	},
};

/** The person who consented, which some token replies state. */
export function identifyUser({ user }: Readonly<Record<string, unknown>>): string | undefined {
	const { uid } = (user ?? {}) as { uid?: unknown };
	return typeof uid === 'string' ? uid : undefined;
}

const onlyOne = (file: AccountEntry): AccountListing => ({
	accounts: [file],
	consent: [file.id],
	warnings: [],
});

const FILES = { provider: 'MYOB', what: 'the list of company files', account: undefined };

async function listFiles(api: ProviderApi): Promise<{ files: AccountEntry[]; nameless: NamelessEntry[] }> {
	const parseFile = (entry: unknown): CompanyFile | undefined => (isFile(entry) ? entry : undefined);
	const reply = (await api.call({
		path: '/accountright/',
		description: FILES.what,
		isValid: (json) => Array.isArray(json) && isReadableList(json, parseFile),
	})) as unknown[];
	const { entries, nameless } = sortEntries(reply, { read: parseFile, getId: ({ Id }) => Id }, FILES);
	return { files: entries.map(({ Id, Name }) => ({ id: Id, name: textOrNull(Name) })), nameless };
}

/** A file that does not state its country keeps its known currency. */
function chooseCurrency(name: string, country: string | null, before: string | null): string {
	const currency = country === null ? before : CURRENCIES[country.toUpperCase()];
	if (currency) return currency;
	throw unknownCountry(name, country);
}

async function companyFile(api: ProviderApi, account: AccountReference): Promise<CompanyFile> {
	const reply = await api.call({
		path: buildFilePath(account),
		account,
		description: 'the company file',
		scope: 'sme-company-file',
		isValid: (json) => isFile(getCompanyFile(json)),
	});
	return getCompanyFile(reply) as CompanyFile;
}

/** The reply holds the file with its resources, or only the file. */
function getCompanyFile(json: unknown): unknown {
	const { CompanyFile } = (json ?? {}) as { CompanyFile?: unknown };
	return CompanyFile ?? json;
}

function isFile(value: unknown): value is CompanyFile {
	return typeof (value as CompanyFile | null)?.Id === 'string';
}

/** Validated because it becomes part of the path of every call. */
function parseBusinessId(text: string): string {
	const id = text.toLowerCase();
	if (GUID.pattern.test(id)) return id;
	throw new ReadFailure(
		'configuration',
		`"${excerpt(text, 60)}" is not a Business ID, which looks like ${GUID.example}.`,
		WHERE_TO_FIND_IT,
	);
}

const WHERE_TO_FIND_IT =
	'It is the parameter businessId in the URL to which MYOB redirected after the consent. Enter it with Connection: Update.';

const NO_FILE =
	'MYOB did not state which company file the consent is for, and the connection has no Business ID.';

const unknownCountry = (name: string, country: string | null): ReadFailure =>
	new ReadFailure(
		'bad_request',
		`The company file ${excerpt(name)} has the country "${excerpt(country ?? '', 20)}", but MYOB has only files of AU or NZ.`,
		'Its currency is therefore unknown, and nothing was read. Report it with this text.',
	);
