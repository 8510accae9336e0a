import { z } from 'zod/v4';

import type { Control } from '../service/controls';
import type { Company } from './company';
import type { Deal } from './model';
import type { PipedriveSandbox } from './pipedrive';

const CONSENT = z.strictObject({ consent: z.string() });
const DEAL = CONSENT.extend({ dealId: z.int() });
const STAGE = CONSENT.extend({ stageId: z.int() });
const DECIMAL = z.string().regex(/^-?\d+(\.\d{1,3})?$/);

/** The controls that Pipedrive has besides those of all providers. */
export function pipedriveControls(pipedrive: PipedriveSandbox): Record<string, Control> {
	/** Something that happens to a deal, with what else it needs. */
	const happening =
		<Input extends { consent: string; dealId: number }>(
			shape: z.ZodType<Input>,
			happens: (company: Company, deal: Deal, input: Input) => void,
		): Control =>
		(input) => {
			const given = shape.parse(input);
			const company = pipedrive.company(given.consent);
			happens(company, company.deal(given.dealId), given);
		};
	return {
		'GET /company': (input) => shown(pipedrive.company(CONSENT.parse(input).consent)),
		'GET /entries': (input) => pipedrive.entries(CONSENT.parse(input).consent),
		'GET /funnel': (input) => pipedrive.funnel(CONSENT.parse(input).consent),
		'POST /move': happening(DEAL.extend({ stageId: z.int() }), (company, deal, { stageId }) =>
			company.move(deal, stageId),
		),
		'POST /close': happening(
			DEAL.extend({ status: z.enum(['won', 'lost']), reason: z.string().optional() }),
			(company, deal, { status, reason }) => company.close(deal, status, undefined, reason ?? null),
		),
		'POST /reopen': happening(DEAL, (company, deal) => company.reopen(deal)),
		'POST /edit': happening(
			DEAL.extend({ title: z.string().optional(), value: DECIMAL.nullable().optional() }),
			(company, deal, { title, value }) => {
				if (title !== undefined) company.rename(deal, title);
				if (value !== undefined) company.revalue(deal, value);
			},
		),
		'POST /assign': happening(
			DEAL.extend({ organizationId: z.int().nullable() }),
			(company, deal, { organizationId }) => company.assign(deal, organizationId),
		),
		'POST /archive': happening(DEAL.extend({ archived: z.boolean() }), (company, deal, { archived }) =>
			company.archive(deal, archived),
		),
		'POST /delete': happening(DEAL, (company, deal) => company.delete(deal)),
		'POST /restore': happening(DEAL, (company, deal) => company.restore(deal)),
		'POST /vanish': happening(DEAL, (_company, deal) => void (deal.vanished = true)),
		'POST /hide': happening(DEAL, (_company, deal) => void (deal.hidden = true)),
		'POST /rename-stage': (input) => {
			const { consent, stageId, name } = STAGE.extend({ name: z.string() }).parse(input);
			pipedrive.company(consent).renameStage(stageId, name);
		},
		'POST /remove-stage': (input) => {
			const { consent, stageId } = STAGE.parse(input);
			pipedrive.company(consent).removeStage(stageId);
		},
		'POST /spend': (input) => {
			const { consent, tokens } = CONSENT.extend({ tokens: z.int().positive() }).parse(input);
			pipedrive.spendTokens(consent, tokens);
		},
	};
}

/** What one needs to know of a company to do something with it. */
function shown(company: Company): Record<string, unknown> {
	const { id, sketch, stages, organizations, deals } = company;
	return {
		...{ id, name: sketch.name, timezone: sketch.timezone },
		stages: [...stages.values()],
		organizations: [...organizations.values()],
		deals: [...deals.values()].map(({ id: dealId, title, status, stageId, value, currency }) => ({
			...{ dealId, title, status, stageId, value, currency },
		})),
	};
}
