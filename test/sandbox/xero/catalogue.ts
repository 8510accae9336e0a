import { uuidFrom } from '../core/random';
import type { ServiceConsent } from '../service';
import type { LayoutName, Quirk } from './layout';

/** How an organisation's figures run. Lists of months count back from the month in which the sandbox started. */
interface Profile {
	/** About this much income in a month, in cents. */
	turnoverCents: number;
	/** Months without any activity, not even in the bank. */
	dormant: readonly number[];
	/** Months whose only line is one cent of income. */
	oneCent: readonly number[];
	/** Months that spend more than they earn. */
	losses: readonly number[];
	/** Months whose report states a net profit that its sections do not give. */
	doesNotAddUp: readonly number[];
	/** Months with a section that no standard layout has. */
	unknownSection: readonly number[];
}

/** An organisation as the sandbox knows it. */
export interface Organisation {
	id: string;
	name: string;
	currency: string;
	country: string;
	timezone: string;
	/** The same zone as Xero writes it. */
	xeroTimezone: string;
	layout: LayoutName;
	quirks: readonly Quirk[];
	profile: Profile;
	reportsForbidden: boolean;
}

/**
 * What one person agreed to at once: the organisations chosen on the consent page. The same person's other connections
 * show up in an unfiltered list.
 */
export interface Consent extends ServiceConsent {
	organisations: readonly Organisation[];
	/** Connections that are no organisation: an accountant's practice. */
	practices: readonly { id: string; name: string }[];
}

const QUIET: Profile = {
	turnoverCents: 4_200_000,
	dormant: [],
	oneCent: [],
	losses: [],
	doesNotAddUp: [],
	unknownSection: [],
};

const ZONES = {
	sydney: { timezone: 'Australia/Sydney', xeroTimezone: 'AUSEASTERNSTANDARDTIME' },
	brisbane: { timezone: 'Australia/Brisbane', xeroTimezone: 'EAUSTRALIASTANDARDTIME' },
	perth: { timezone: 'Australia/Perth', xeroTimezone: 'WAUSTRALIASTANDARDTIME' },
	auckland: { timezone: 'Pacific/Auckland', xeroTimezone: 'NEWZEALANDSTANDARDTIME' },
} as const;

interface Sketch {
	zone?: keyof typeof ZONES;
	layout?: LayoutName;
	quirks?: readonly Quirk[];
	profile?: Partial<Profile>;
	reportsForbidden?: boolean;
}

function organisation(seed: string, name: string, sketch: Sketch = {}): Organisation {
	const zone = sketch.zone ?? 'sydney';
	return {
		id: uuidFrom(`${seed}/${name}`),
		name,
		currency: zone === 'auckland' ? 'NZD' : 'AUD',
		country: zone === 'auckland' ? 'NZ' : 'AU',
		...ZONES[zone],
		layout: sketch.layout ?? 'global',
		quirks: sketch.quirks ?? [],
		profile: { ...QUIET, ...sketch.profile },
		reportsForbidden: sketch.reportsForbidden ?? false,
	};
}

/** The consents that there are, by name. */
export function catalogue(seed: string): Map<string, Consent> {
	const of = (name: string, sketch?: Sketch): Organisation => organisation(seed, name, sketch);
	const consents: Array<Omit<Consent, 'shown'>> = [
		{ name: 'harbour', user: 'accountant', practices: [], organisations: harbour(of) },
		{ name: 'southern', user: 'accountant', practices: [], organisations: southern(of) },
		{
			name: 'kiwi',
			user: 'kiwi',
			practices: [{ id: uuidFrom(`${seed}/practice`), name: 'Long White Cloud Accountants' }],
			organisations: [of('Kiwi Orchards Ltd', { zone: 'auckland', profile: { losses: [3] } })],
		},
		{
			name: 'odd',
			user: 'odd',
			practices: [],
			organisations: [
				of('Odd Fellows Joinery', {
					layout: 'upperCase',
					profile: { doesNotAddUp: [2], unknownSection: [4] },
				}),
			],
		},
		{
			name: 'noreports',
			user: 'noreports',
			practices: [],
			organisations: [of('Open Book Nursery'), of('Closed Book Nursery', { reportsForbidden: true })],
		},
		{ name: 'large', user: 'large', practices: [], organisations: large(of) },
	];
	return new Map(consents.map((consent) => [consent.name, { ...consent, shown: shownOf(consent) }]));
}

function shownOf({ organisations }: Pick<Consent, 'organisations'>): string {
	if (organisations.length > 3) return `${organisations.length} organisations`;
	return organisations.map(({ name }) => name).join(', ');
}

type Maker = (name: string, sketch?: Sketch) => Organisation;

function harbour(of: Maker): Organisation[] {
	return [
		of('Harbour Bakery Pty Ltd', {
			layout: 'australian',
			quirks: ['customLayout'],
			profile: { losses: [5] },
		}),
		of('Harbour & Sons Wholesale', {
			quirks: ['netLoss'],
			profile: { turnoverCents: 185_000_000, losses: [1, 7] },
		}),
	];
}

function southern(of: Maker): Organisation[] {
	return [
		of('Southern Cross Physiotherapy', {
			zone: 'brisbane',
			layout: 'revenue',
			quirks: ['leadingSpaces', 'emptySections'],
			profile: { dormant: [3, 8], oneCent: [6] },
		}),
		of('Southern Cross Engineering', {
			zone: 'perth',
			layout: 'australian',
			quirks: ['thousandsSeparators', 'missingValues', 'currencyGains'],
			profile: { turnoverCents: 310_000_000, losses: [4], dormant: [11] },
		}),
	];
}

function large(of: Maker): Organisation[] {
	const zones = ['sydney', 'brisbane', 'perth'] as const;
	const layouts = ['global', 'australian', 'revenue', 'upperCase'] as const;
	return Array.from({ length: 50 }, (_, index) =>
		of(`Branch ${String(index + 1).padStart(2, '0')} of the Large Group`, {
			zone: zones[index % 3],
			layout: layouts[index % 4],
			profile: { turnoverCents: 500_000 * (index + 1), losses: [index % 13] },
		}),
	);
}
