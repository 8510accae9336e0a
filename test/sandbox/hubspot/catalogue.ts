import { randomFrom } from '../core/random';

/** A stage as the pipelines endpoint tells it; the metadata are texts. */
export interface Stage {
	id: string;
	label: string;
	isClosed: 'true' | 'false';
	probability: string;
}

export interface Pipeline {
	id: string;
	label: string;
	stages: Stage[];
}

/** A portal as the sandbox knows it. `deals` are generated, not held. */
export interface Portal {
	/** The consent that reaches it. */
	consent: string;
	hubId: number;
	domain: string;
	/** As HubSpot writes it; sometimes a legacy alias. */
	timezone: string;
	currency: string;
	/** Other currencies, with the rate to the portal's own. */
	otherCurrencies: Record<string, string>;
	pipelines: Pipeline[];
	deals: number;
	companies: number;
	/** Of the first deal; the ids go up by `idStep`, and pass a power of ten on the way. */
	firstId: number;
	idStep: number;
	/** How many days back the generated deals were last changed at most. */
	days: number;
}

const won = { isClosed: 'true', probability: '1.0' } as const;
const lost = { isClosed: 'true', probability: '0.0' } as const;
const open = (probability: string) => ({ isClosed: 'false', probability }) as const;

/** The pipeline that every portal begins with: its stages have words for ids. */
function defaultPipeline(): Pipeline {
	return {
		id: 'default',
		label: 'Sales Pipeline',
		stages: [
			{ id: 'appointmentscheduled', label: 'Appointment Scheduled', ...open('0.2') },
			{ id: 'qualifiedtobuy', label: 'Qualified To Buy', ...open('0.4') },
			{ id: 'contractsent', label: 'Contract Sent', ...open('0.9') },
			{ id: 'closedwon', label: 'Closed Won', ...won },
			{ id: 'closedlost', label: 'Closed Lost', ...lost },
		],
	};
}

/** A pipeline of a portal's own: numbers for ids, a float printed in full, and a label that says what is not so. */
function partnerPipeline(first: number): Pipeline {
	const id = (offset: number): string => String(first + offset);
	return {
		id: id(0),
		label: 'Partner Pipeline',
		stages: [
			{ id: id(1), label: 'Intake', ...open('0.0') },
			{ id: id(2), label: 'Closed lost?', ...open('0.8000000000000000444089209850062616169452667236328125') },
			{ id: id(3), label: 'Signed', ...won },
			{ id: id(4), label: 'Renewed', ...won },
			{ id: id(5), label: 'Gone cold', ...lost },
		],
	};
}

const COMMON = { otherCurrencies: {}, companies: 12, idStep: 7, days: 300 };

/**
 * The portals that there are, by the consent that reaches them.
 * @param seed gives portals of its own: other ids, and other deals in them
 */
export function catalogue(seed: string, largeDeals: number): Map<string, Portal> {
	const hubId = (place: number): number => randomFrom(seed).between(100_000, 899_999) * 100 + place;
	const portals: Portal[] = [
		{
			...COMMON,
			consent: 'harbour',
			hubId: hubId(1),
			domain: 'harbour-marketing.example',
			timezone: 'Australia/Sydney',
			currency: 'AUD',
			otherCurrencies: { USD: '1.52', NZD: '0.915', JPY: '0.0101' },
			pipelines: [defaultPipeline(), partnerPipeline(70_400_000)],
			deals: 130,
			firstId: 9_999_600,
		},
		{
			...COMMON,
			consent: 'southern',
			hubId: hubId(2),
			domain: 'southern-cross.example',
			timezone: 'Pacific/Auckland',
			currency: 'NZD',
			pipelines: [defaultPipeline()],
			deals: 60,
			firstId: 99_999_800,
		},
		{
			...COMMON,
			consent: 'atlantic',
			hubId: hubId(3),
			domain: 'atlantic.example',
			timezone: 'US/Eastern',
			currency: 'USD',
			otherCurrencies: { AUD: '0.655', EUR: '1.085' },
			pipelines: [partnerPipeline(81_000_000), defaultPipeline()],
			deals: 70,
			firstId: 501_000,
		},
		{
			...COMMON,
			consent: 'odd',
			hubId: hubId(6),
			domain: 'odd.example',
			timezone: 'Europe/Berlin',
			currency: 'AUD',
			pipelines: [defaultPipeline()],
			deals: 40,
			firstId: 7_000,
		},
		{
			...COMMON,
			consent: 'empty',
			hubId: hubId(4),
			domain: 'empty.example',
			timezone: 'Australia/Perth',
			currency: 'AUD',
			pipelines: [defaultPipeline()],
			deals: 0,
			firstId: 100,
		},
		{
			...COMMON,
			consent: 'large',
			hubId: hubId(5),
			domain: 'large.example',
			timezone: 'Australia/Brisbane',
			currency: 'AUD',
			pipelines: [defaultPipeline(), partnerPipeline(92_000_000)],
			deals: largeDeals,
			companies: 900,
			firstId: 8_600_000,
		},
	];
	return new Map(portals.map((portal) => [portal.consent, portal]));
}
