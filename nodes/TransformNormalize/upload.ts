import { updateDisplayOptions, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { UPLOAD_FIELDS, type ColumnMap, type UploadField } from '../providers/manual/columns';
import { DATE_FORMATS, type DateFormat } from '../providers/manual/days';
import { NUMBER_FORMATS, type NumberFormat } from '../providers/manual/numbers';
import { UPLOAD } from '../providers/manual/upload';
import type { UploadSettings } from '../providers/normaliser';

interface ColumnMapField {
	columns?: Array<{ field?: UploadField; column?: string }>;
}

/** How a file is to be read, the same for all of it. @throws Error that names the field which makes no sense */
export function uploadSettingsOf(context: IExecuteFunctions): UploadSettings {
	const numberFormat = String(context.getNodeParameter('numberFormat', 0, '1,234.56'));
	const dateFormat = String(context.getNodeParameter('dateFormat', 0, 'YYYY-MM-DD'));
	if (!Object.hasOwn(NUMBER_FORMATS, numberFormat)) throw notOneOf('Number Format', numberFormat);
	if (!DATE_FORMATS.includes(dateFormat as DateFormat)) throw notOneOf('Date Format', dateFormat);
	const map = context.getNodeParameter('columnMap', 0, {}) as ColumnMapField;
	return {
		numberFormat: numberFormat as NumberFormat,
		dateFormat: dateFormat as DateFormat,
		columnMap: columnMapOf(map),
	};
}

function notOneOf(field: string, value: string): Error {
	return new Error(`${field} is "${value}". Choose one from the list.`);
}

function columnMapOf({ columns = [] }: ColumnMapField): ColumnMap {
	const named = columns.filter(({ field, column }) => field && column?.trim());
	return Object.fromEntries(named.map(({ field, column }) => [field, column!.trim()]));
}

const FIELD_NAMES: Record<UploadField, string> = {
	clientId: 'Client ID',
	clientName: 'Client Name',
	metricName: 'Metric Name',
	value: 'Value',
	unit: 'Unit',
	date: 'Date',
};

const stream: INodeProperties = {
	displayName: 'Stream',
	name: 'stream',
	type: 'options',
	default: 'customMetrics',
	description: 'What the rows are',
	options: [
		{
			name: 'Custom Metrics',
			value: 'customMetrics',
			description: 'A figure of a client on a day: client ID or name, metric name, value, date, unit',
		},
	],
};

/** What the rows of a file do not say themselves. */
const fileFields: INodeProperties[] = [
	{
		displayName: 'Number Format',
		name: 'numberFormat',
		type: 'options',
		default: '1,234.56',
		description: 'How the file writes numbers. A cell that is written otherwise is rejected, never guessed.',
		options: Object.keys(NUMBER_FORMATS).map((format) => ({ name: format, value: format })),
	},
	{
		displayName: 'Date Format',
		name: 'dateFormat',
		type: 'options',
		default: 'YYYY-MM-DD',
		description: 'How the file writes dates. The dates of a spreadsheet are understood in any case.',
		options: DATE_FORMATS.map((format) => ({ name: format, value: format })),
	},
	{
		displayName: 'Column Map',
		name: 'columnMap',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add column',
		default: {},
		description: 'What the columns are called, where they have none of the usual names',
		options: [
			{
				displayName: 'Columns',
				name: 'columns',
				values: [
					{
						displayName: 'Field',
						name: 'field',
						type: 'options',
						default: 'value',
						description: 'What the column holds',
						options: [...UPLOAD_FIELDS]
							.map((field) => ({ name: FIELD_NAMES[field], value: field }))
							.sort((one, other) => (one.name < other.name ? -1 : 1)),
					},
					{
						displayName: 'Column',
						name: 'column',
						type: 'string',
						default: '',
						placeholder: 'e.g. Turnover',
						description: 'Its name in the header; capitals, spaces and signs are the same',
					},
				],
			},
		],
	},
];

const shownForUploads = { show: { provider: [UPLOAD] } };

/** The provider's entry in the list, and the fields that go with it. */
export const uploadProvider = {
	name: 'Upload (Manual)',
	value: UPLOAD,
	description: 'The items are rows of a spreadsheet or a CSV file',
};
export const uploadStream = updateDisplayOptions(shownForUploads, [stream]);
export const uploadFields = updateDisplayOptions(shownForUploads, fileFields);
