import type { INodeProperties } from 'n8n-workflow';

const days = (displayName: string, name: string, preset: number, description: string): INodeProperties => ({
	displayName,
	name,
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 36_500, numberPrecision: 0 },
	default: preset,
	description,
});

export const pruneFields: INodeProperties[] = [
	days(
		'Keep Runs (Days)',
		'runDays',
		90,
		'How long ended runs are kept. A run that is open, or the latest of its connection, is never deleted.',
	),
	days(
		'Keep Resolved Records (Days)',
		'rejectedDays',
		90,
		'How long rejected records are kept after they were loaded. Open ones are never deleted.',
	),
	days(
		'Keep Timelines (Days)',
		'timelineDays',
		365,
		'How long it is kept what happened to connections: linked, connected, failed, disconnected',
	),
	days('Keep Links (Days)', 'linkDays', 7, 'How long links to connect are kept after they have ended'),
];
