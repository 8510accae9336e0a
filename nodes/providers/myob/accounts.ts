import type { AccountEntry } from '../../../db/integrations/accounts';
import type { AccountDiscovery, AccountListing } from '../../engine/contract/provider';
import type { AccountReference, ProviderApi } from '../../engine/contract/api';
import { ReadFailure } from '../../engine/contract/failure';
import { isReadableList, sortEntries } from '../../engine/read/list-entries';
import { type NamelessEntry } from '../../engine/contract/stream';
import { isTimeZone } from '../../shared/dates';
import { excerpt } from '../../shared/text';
import { GUID, textOrNull, withNameless } from '../account-facts';
import { buildFilePath } from './report';

interface CompanyFile {
	Id: string;
	Name?: unknown;
	Country?: unknown;
}

/** A company file says its country and no currency; there is no MYOB in other countries. */
const CURRENCIES: Readonly<Record<string, string>> = { AU: 'AUD', NZ: 'NZD' };

/**
 * A consent is for one company file, and only the redirect that ends it says which (`businessId`). Keys made before
 * 12 March 2025 can list their files instead; which of several a consent is for, they do not say.
 */
export const myobAccounts: AccountDiscovery = {
	id: GUID,

	async list({ api, metadata, chosen = [] }) {
		const id = String(metadata.businessId ?? '').trim();
		if (id !== '') return onlyOne({ id: parseBusinessId(id), name: null });
		// Newer keys list no files, and each file is asked by its id in any case.
		if (chosen.length > 0) return { accounts: chosen, consent: null, warnings: [] };
		const { files, nameless } = await listFiles(api);
		const [file] = files;
		if (!file) throw new ReadFailure('needs_choice', NO_FILE);
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
			warnings: isUnknown ? [unknownZone(name ?? reference.name, timezone)] : [],
		};
	},
};

const onlyOne = (file: AccountEntry): AccountListing => ({
	accounts: [file],
	consent: [file.id],
	warnings: [],
});

const FILES = { provider: 'MYOB', what: 'the list of company files', account: undefined };

async function listFiles(api: ProviderApi): Promise<{ files: AccountEntry[]; nameless: NamelessEntry[] }> {
	const read = (entry: unknown): CompanyFile | undefined => (isFile(entry) ? entry : undefined);
	const reply = (await api.call({
		path: '/accountright/',
		description: FILES.what,
		isValid: (json) => Array.isArray(json) && isReadableList(json, read),
	})) as unknown[];
	const { entries, nameless } = sortEntries(reply, { read, getId: ({ Id }) => Id }, FILES);
	return { files: entries.map(({ Id, Name }) => ({ id: Id, name: textOrNull(Name) })), nameless };
}

/** A file that does not say its country keeps the currency that is known of it. */
function chooseCurrency(name: string, country: string | null, before: string | null): string {
	const currency = country === null ? before : CURRENCIES[country.toUpperCase()];
	if (currency) return currency;
	throw new ReadFailure('bad_request', unknownCountry(name, country));
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

/** The file comes with its resources, or by itself. */
function getCompanyFile(json: unknown): unknown {
	const { CompanyFile } = (json ?? {}) as { CompanyFile?: unknown };
	return CompanyFile ?? json;
}

function isFile(value: unknown): value is CompanyFile {
	return typeof (value as CompanyFile | null)?.Id === 'string';
}

/** It becomes part of the path of every call. */
function parseBusinessId(text: string): string {
	const id = text.toLowerCase();
	if (GUID.pattern.test(id)) return id;
	throw new ReadFailure(
		'configuration',
		`Business ID "${excerpt(text, 60)}" is none: it looks like ${GUID.example}. ${WHERE_IT_STANDS}`,
	);
}

const WHERE_IT_STANDS =
	'It stands as businessId in the address to which MYOB returned after the consent; enter it with Connection: Update.';

const NO_FILE = `MYOB did not say which company file the consent is for, and the connection has no Business ID. ${WHERE_IT_STANDS}`;

const unknownCountry = (name: string, country: string | null): string =>
	`${excerpt(name)} is a company file of the country "${excerpt(country ?? '', 20)}", and MYOB's files are of AU or NZ: ` +
	'which currency its books are in is not known, so nothing was read. Report it with this text.';

const unknownZone = (name: string, zone: string): string =>
	`${excerpt(name)} is read with the months of UTC, since "${zone}" is no time zone. ` +
	'Give the connection one, such as Australia/Sydney.';
