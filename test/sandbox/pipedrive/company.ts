import type { Sketch } from './catalogue';
import type { Change, Deal, Organization, Pipeline, Stage } from './model';

/** How long a deleted deal is still listed. */
const DELETED_LISTED_DAYS = 30;

const DAY_MS = 86_400_000;

/** What a deal begins with. */
export type NewDeal = Pick<
	Deal,
	'id' | 'title' | 'ownerId' | 'organizationId' | 'stageId' | 'value' | 'currency'
>;

/** One company's deals, and everything that may happen to them. Each change of a deal is told in its flow as well. */
export class Company {
	readonly pipelines = new Map<number, Pipeline>();
	readonly stages = new Map<number, Stage>();
	readonly organizations = new Map<number, Organization>();
	readonly deals = new Map<number, Deal>();
	private lastChangeId = 0;

	constructor(
		readonly id: number,
		readonly sketch: Sketch,
		private readonly now: () => Date,
	) {
		this.lastChangeId = (id % 1_000) * 1_000_000;
	}

	has(trait: Sketch['traits'][number]): boolean {
		return this.sketch.traits.includes(trait);
	}

	deal(id: number): Deal {
		return found(this.deals.get(id), `deal ${id}`);
	}

	stage(id: number): Stage {
		return found(this.stages.get(id), `stage ${id}`);
	}

	/** Whether the API still lists it, under whatever status. */
	isListed({ vanished, deleted }: Deal): boolean {
		return (
			!vanished && (!deleted || this.now().getTime() - deleted.getTime() <= DELETED_LISTED_DAYS * DAY_MS)
		);
	}

	add(start: NewDeal, at = this.second()): Deal {
		const deal: Deal = {
			...start,
			status: 'open',
			added: at,
			updated: null,
			stageChanged: null,
			closed: null,
			lostReason: null,
			archived: null,
			deleted: null,
			vanished: false,
			hidden: false,
			changes: [],
			path: [{ key: 'created', stageId: start.stageId, label: this.stage(start.stageId).name, at }],
		};
		this.deals.set(deal.id, deal);
		this.tell(deal, 'add_time', null, at.toISOString(), at);
		return deal;
	}

	/** Into another stage, also of another pipeline: then both are told, at the same second. */
	move(deal: Deal, stageId: number, at = this.second()): void {
		const [from, to] = [this.stage(deal.stageId), this.stage(stageId)];
		if (from.pipelineId !== to.pipelineId) {
			this.tell(deal, 'pipeline_id', String(from.pipelineId), String(to.pipelineId), at);
		}
		const change = this.tell(deal, 'stage_id', String(from.id), String(to.id), at);
		change.formatted = { old: from.name, new: to.name };
		deal.path.push({ key: change.id, stageId, label: to.name, at });
		Object.assign(deal, { stageId, stageChanged: at, updated: at });
	}

	close(deal: Deal, status: 'won' | 'lost', at = this.second(), reason: string | null = null): void {
		this.tell(deal, 'status', deal.status, status, at);
		Object.assign(deal, { status, closed: at, lostReason: reason, updated: at });
	}

	reopen(deal: Deal, at = this.second()): void {
		this.tell(deal, 'status', deal.status, 'open', at);
		Object.assign(deal, { status: 'open', closed: null, lostReason: null, updated: at });
	}

	/** @param value a decimal as text */
	revalue(deal: Deal, value: string | null, at = this.second()): void {
		this.tell(deal, 'value', deal.value, value, at);
		Object.assign(deal, { value, updated: at });
	}

	rename(deal: Deal, title: string, at = this.second()): void {
		this.tell(deal, 'title', deal.title, title, at);
		Object.assign(deal, { title, updated: at });
	}

	assign(deal: Deal, organizationId: number | null, at = this.second()): void {
		this.tell(deal, 'org_id', idText(deal.organizationId), idText(organizationId), at);
		Object.assign(deal, { organizationId, updated: at });
	}

	archive(deal: Deal, archived: boolean, at = this.second()): void {
		Object.assign(deal, { archived: archived ? at : null, updated: at });
	}

	delete(deal: Deal, at = this.second()): void {
		Object.assign(deal, { deleted: at, updated: at });
	}

	/** @param silently whether its time stays what it was */
	restore(deal: Deal, silently = false, at = this.second()): void {
		Object.assign(deal, { deleted: null, updated: silently ? deal.updated : at });
	}

	renameStage(id: number, name: string): void {
		this.stage(id).name = name;
	}

	/** Its deals must be elsewhere, as Pipedrive asks. */
	removeStage(id: number): void {
		this.stage(id).removed = true;
	}

	/** The whole second that it is: nothing happens between two of them. */
	second(): Date {
		return new Date(Math.floor(this.now().getTime() / 1000) * 1000);
	}

	private tell(deal: Deal, field: Change['field'], from: string | null, to: string | null, at: Date): Change {
		const change: Change = { id: ++this.lastChangeId, field, old: from, new: to, at };
		deal.changes.push(change);
		return change;
	}
}

const idText = (id: number | null): string | null => (id === null ? null : String(id));

function found<T>(thing: T | undefined, what: string): T {
	if (thing) return thing;
	throw new Error(`The sandbox has no ${what}.`);
}
