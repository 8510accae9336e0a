/** What a person should know of a record although it was used. */
export interface Remark {
	kind: RemarkKind;
	/** Which field or section it is about. */
	detail?: string;
}

export type RemarkKind = keyof typeof REMARKS;

/** The sentence of each kind: how many records, and which fields, as `deal.won_time (3)`. */
const REMARKS = {
	unreadable: (_records: number, details: string) =>
		`fields that could not be read were left empty, in this many records: ${details}. Correct them at the provider if they matter.`,
	assumedStage: (records: number) =>
		`${counted(records, 'deal is', 'deals are')} in a stage with which the history that the provider gives does not end. ` +
		'The entry into the present stage was assumed (metadata.assumed); the true one replaces it when the provider gives it.',
	unclearTask: (records: number) =>
		`${counted(records, 'project has', 'projects have')} tasks that are complete without a time. They were left out of all figures; complete them anew in Asana if they matter.`,
	unclearProject: (records: number) =>
		`${counted(records, 'project is', 'projects are')} complete without a time. The figures of the delivery stay as they were.`,
};

const counted = (records: number, one: string, many: string): string =>
	`${records} ${records === 1 ? one : many}`;

/** A sentence about the records that have remarks of a kind. */
export function remarkText(kind: RemarkKind, records: number, details: string): string {
	return REMARKS[kind](records, details);
}
