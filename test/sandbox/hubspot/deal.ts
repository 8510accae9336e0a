/** When a deal came into a stage. Instants are milliseconds since 1970. */
export interface StageEntry {
	stageId: string;
	at: number;
}

/** A deal as the sandbox keeps it; what HubSpot would print of it is made when it is asked for. */
export interface Deal {
	id: number;
	name: string;
	/** Null: no amount was entered. */
	cents: number | null;
	/** Null where the deal does not say one: it is in the portal's own. */
	currency: string | null;
	/** Oldest first, the present stage last. */
	entries: StageEntry[];
	createdAt: number;
	modifiedAt: number;
	/** Closed then, or hoped to be. */
	closeAt: number | null;
	/** A call or a mail. */
	activityAt: number | null;
	companyId: number | null;
	/** Whether the company stands on the deal too, and not only among the associations. */
	companyOnDeal: boolean;
	archivedAt: number | null;
	/** The deals that were merged into this one, and when. */
	merged: Array<{ id: number; at: number }>;
	/** The deal that this one was merged into. */
	mergedInto: number | null;
	/** Set over what would be printed: naughty texts, values of a wrong type. */
	properties: Record<string, unknown>;
}
