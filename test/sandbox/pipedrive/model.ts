/** The things in a company. Instants are whole seconds, since version 1 knows no others. */
export interface Pipeline {
	id: number;
	name: string;
	order: number;
}

export interface Stage {
	id: number;
	name: string;
	order: number;
	pipelineId: number;
	probability: number;
	/** It is no longer listed, and only the history knows what it was called. */
	removed: boolean;
}

export interface Organization {
	id: number;
	name: string;
}

type DealStatus = 'open' | 'won' | 'lost';

export interface Deal {
	id: number;
	title: string;
	ownerId: number;
	organizationId: number | null;
	stageId: number;
	/** A decimal as text; sent as a JSON number. */
	value: string | null;
	currency: string;
	status: DealStatus;
	added: Date;
	/** Null as long as nobody changed it. */
	updated: Date | null;
	stageChanged: Date | null;
	closed: Date | null;
	lostReason: string | null;
	archived: Date | null;
	deleted: Date | null;
	/** Gone for good: merged into another, or deleted by an administrator. */
	vanished: boolean;
	/** Whether the person who connected may see its history. */
	hidden: boolean;
	changes: Change[];
	/** The true story of its stages, which totals are counted from: the flow is only another telling of it. */
	path: Step[];
}

/** What the flow shows of a change. */
export interface Change {
	id: number;
	field: 'add_time' | 'stage_id' | 'pipeline_id' | 'status' | 'value' | 'org_id' | 'title';
	old: string | null;
	new: string | null;
	at: Date;
	/** As the values were called at that time. */
	formatted?: { old: string; new: string };
}

export interface Step {
	/** `created`, or the id of the change. */
	key: 'created' | number;
	stageId: number;
	/** What the stage was called then. */
	label: string;
	at: Date;
}
