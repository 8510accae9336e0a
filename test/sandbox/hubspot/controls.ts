import { z } from 'zod/v4';

import type { HubSpotSandbox } from './hubspot';

const CONSENT = z.strictObject({ consent: z.string() });
const DEAL = CONSENT.extend({ deal: z.coerce.number() });
const EDIT = DEAL.extend({
	name: z.string().optional(),
	cents: z.int().nullable().optional(),
	currency: z.string().nullable().optional(),
	companyId: z.int().nullable().optional(),
	/** Not to be seen in the deal's modified time. */
	silently: z.boolean().optional(),
});
const MOVE = DEAL.extend({ stage: z.string() });
const NEW = CONSENT.extend({ stage: z.string(), cents: z.int().nullable().optional() });
const MERGE = CONSENT.extend({ first: z.int(), second: z.int() });
const STAGE = CONSENT.extend({ stage: z.string() });
const RENAME = STAGE.extend({ label: z.string() });
const BULK = CONSENT.extend({ count: z.int().positive(), cents: z.int() });
const SPEND = CONSENT.extend({ calls: z.int().positive() });

/** What a person does in HubSpot, by method and path under `/__sandbox/hubspot`. */
export function hubspotControls(hubspot: HubSpotSandbox): Record<string, (input: unknown) => unknown> {
	return {
		'GET /portal': (input) => hubspot.portal(CONSENT.parse(input).consent),
		'GET /deals': (input) => hubspot.books(CONSENT.parse(input).consent).ids(1_000),
		'GET /expected': (input) => [...hubspot.books(CONSENT.parse(input).consent).expected()],
		'POST /edit': (input) => {
			const { consent, deal, silently, ...edit } = EDIT.parse(input);
			hubspot.books(consent).edit(deal, edit, { silently });
		},
		'POST /move': (input) => {
			const { consent, deal, stage } = MOVE.parse(input);
			hubspot.books(consent).moveStage(deal, stage);
		},
		'POST /deals': (input) => {
			const { consent, stage, ...edit } = NEW.parse(input);
			return { deal: hubspot.books(consent).create(stage, edit) };
		},
		'DELETE /deals': (input) => {
			const { consent, deal } = DEAL.parse(input);
			hubspot.books(consent).delete(deal);
		},
		'POST /restore': (input) => {
			const { consent, deal } = DEAL.parse(input);
			hubspot.books(consent).restore(deal);
		},
		'POST /merge': (input) => {
			const { consent, first, second } = MERGE.parse(input);
			return { deal: hubspot.books(consent).merge(first, second) };
		},
		'POST /rename-stage': (input) => {
			const { consent, stage, label } = RENAME.parse(input);
			hubspot.books(consent).renameStage(stage, label);
		},
		'POST /remove-stage': (input) => {
			const { consent, stage } = STAGE.parse(input);
			hubspot.books(consent).removeStage(stage);
		},
		'POST /bulk': (input) => {
			const { consent, count, cents } = BULK.parse(input);
			const books = hubspot.books(consent);
			books.bulkEdit(books.ids(count), { cents });
		},
		'POST /spend': (input) => {
			const { consent, calls } = SPEND.parse(input);
			hubspot.spendLimit(consent, calls);
		},
	};
}
