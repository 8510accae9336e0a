/** What a person should know about a record although it was used. */
export interface Remark {
	kind: RemarkKind;
	/** Which field or section it is about. */
	detail?: string;
}

export type RemarkKind = keyof typeof REMARKS;

/** The sentence for each kind, from the number of records and the fields, such as `deal.won_time (3)`. */
const REMARKS = {
	unreadable: (_records: number, details: string) =>
		`unreadable fields were left empty (number of records in parentheses): ${details}. Correct them at the provider if they matter.`,
	assumedStage: (records: number) =>
		`${counted(records, 'deal is', 'deals are')} in a stage that differs from the last stage in the provider's history. ` +
		'The entry into the current stage was assumed (metadata.assumed); the actual one replaces it once the provider reports it.',
	unclearTask: (records: number) =>
		`${counted(records, 'project has', 'projects have')} completed tasks without a completion time. They were left out of all figures. If they matter, reopen and complete them again in Asana.`,
	unclearProject: (records: number) =>
		`${counted(records, 'project is', 'projects are')} complete without a completion time. Their delivery figures are unchanged.`,
};

const counted = (records: number, one: string, many: string): string =>
	`${records} ${records === 1 ? one : many}`;

/** The sentence about all records that have remarks of one kind. */
export function remarkText(kind: RemarkKind, records: number, details: string): string {
	return REMARKS[kind](records, details);
}
