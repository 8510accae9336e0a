import type { AccountDiscovery, AccountReference, ProviderApi } from '../../engine/definition';
import { ReadFailure } from '../../engine/failure';
import { isTimeZone } from '../../shared/dates';
import { excerpt, storable } from '../../shared/text';
import { fileOf } from './report';

interface CompanyFile {
	Id: string;
	Name?: unknown;
	Country?: unknown;
}

/** A company file says its country and no currency; there is no MYOB in other countries. */
const CURRENCIES: Readonly<Record<string, string>> = { AU: 'AUD', NZ: 'NZD' };

/**
 * A consent is for one company file, and only the redirect that ends it says which (`businessId`); keys made before
 * 12 March 2025 can list their files instead.
 */
export const myobAccounts: AccountDiscovery = {
	async list({ api, metadata }) {
		const id = String(metadata.businessId ?? '').trim();
		const account = id === '' ? await onlyFile(api) : { id: businessIdIn(id), name: id };
		return { accounts: [account], warnings: [] };
	},

	async describe({ api, timezone }, reference) {
		const { Name, Country } = await companyFile(api, reference);
		const name = nameOr(reference.id, Name);
		const currency = CURRENCIES[String(Country ?? '').toUpperCase()];
		if (currency === undefined) throw new ReadFailure('bad_request', unknownCountry(name, Country));
		const known = isTimeZone(timezone);
		const account = { id: reference.id, name, timezone: known ? timezone : 'Etc/UTC', currency };
		return { account, warnings: known ? [] : [unknownZone(name, timezone)] };
	},
};

async function onlyFile(api: ProviderApi): Promise<AccountReference> {
	const files = (await api.call({
		path: '/accountright/',
		what: 'the list of company files',
		accept: (json) => Array.isArray(json) && json.every(isFile),
	})) as CompanyFile[];
	const [file] = files;
	if (file && files.length === 1)
		return { id: businessIdIn(file.Id), name: nameOr(file.Id.toLowerCase(), file.Name) };
	throw new ReadFailure('configuration', files.length === 0 ? NO_FILE : severalFiles(files));
}

async function companyFile(api: ProviderApi, account: AccountReference): Promise<CompanyFile> {
	const reply = await api.call({
		path: fileOf(account),
		account,
		what: 'the company file',
		scope: 'sme-company-file',
		accept: (json) => isFile(fileIn(json)),
	});
	return fileIn(reply) as CompanyFile;
}

/** The file comes with its resources, or by itself. */
function fileIn(json: unknown): unknown {
	const { CompanyFile } = (json ?? {}) as { CompanyFile?: unknown };
	return CompanyFile ?? json;
}

function isFile(value: unknown): value is CompanyFile {
	return typeof (value as CompanyFile | null)?.Id === 'string';
}

/** It becomes part of the path of every call. */
function businessIdIn(text: string): string {
	if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return text.toLowerCase();
	throw new ReadFailure(
		'configuration',
		`Business ID "${excerpt(text, 60)}" is none: it looks like 0f4b7d9c-1111-4222-8333-444455556666. ${WHERE_IT_STANDS}`,
	);
}

const nameOr = (id: string, name: unknown): string =>
	typeof name === 'string' && name.trim() !== '' ? storable(name) : id;

const WHERE_IT_STANDS =
	'It stands as businessId in the address to which MYOB returned after the consent; enter it with Connection: Update.';

const NO_FILE = `MYOB did not say which company file the consent is for, and the connection has no Business ID. ${WHERE_IT_STANDS}`;

const severalFiles = (files: CompanyFile[]): string => {
	const shown = files.slice(0, 10).map(({ Id, Name }) => `${excerpt(nameOr(Id, Name), 40)}: ${Id}`);
	return `The consent reaches ${files.length} company files, and a connection reads one. Enter its Business ID with Connection: Update (${shown.join(', ')}).`;
};

const unknownCountry = (name: string, country: unknown): string =>
	`${excerpt(name)} is a company file of the country "${excerpt(String(country ?? ''), 20)}", and MYOB's files are of AU or NZ: ` +
	'which currency its books are in is not known, so nothing was read. Report it with this text.';

const unknownZone = (name: string, zone: string): string =>
	`${excerpt(name)} is read with the months of UTC, since "${zone}" is no time zone. ` +
	'Give the connection one, such as Australia/Sydney.';
