import { updateDisplayOptions, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { UPLOAD_FIELDS, type ColumnMap, type UploadField } from '../providers/manual/columns';
import { DATE_FORMATS, type DateFormat } from '../providers/manual/days';
import { SEPARATORS, type SeparatorChoice } from '../providers/manual/file/separated';
import { NUMBER_FORMATS, type NumberFormat } from '../providers/manual/numbers';
import { UPLOAD } from '../providers/manual';
import type { UploadSettings } from '../providers/provider';
import type { FileFields } from './loose-records';

interface ColumnMapField {
	columns?: Array<{ field?: UploadField; column?: string }>;
}

/** Reads the formats of the rows. @throws Error that names an invalid field */
export function readUploadSettings(context: IExecuteFunctions): UploadSettings {
	const numberFormat = String(context.getNodeParameter('numberFormat', 0, '1,234.56'));
	const dateFormat = String(context.getNodeParameter('dateFormat', 0, 'YYYY-MM-DD'));
	if (!Object.hasOwn(NUMBER_FORMATS, numberFormat)) throw notAnOption('Number Format', numberFormat);
	if (!DATE_FORMATS.includes(dateFormat as DateFormat)) throw notAnOption('Date Format', dateFormat);
	const map = context.getNodeParameter('columnMap', 0, {}) as ColumnMapField;
	return {
		numberFormat: numberFormat as NumberFormat,
		dateFormat: dateFormat as DateFormat,
		columnMap: readColumnMap(map),
	};
}

/** Reads where each item's file is; undefined if the items are the rows. @throws Error as above */
export function readFileFields(context: IExecuteFunctions): FileFields | undefined {
	if (context.getNodeParameter('rowsFrom', 0, 'items') !== 'file') return undefined;
	const separator = String(context.getNodeParameter('separator', 0, 'Detect'));
	if (separator !== 'Detect' && !Object.hasOwn(SEPARATORS, separator))
		throw notAnOption('Separator', separator);
	const binaryProperty = String(context.getNodeParameter('binaryPropertyName', 0, 'data')).trim();
	if (binaryProperty === '')
		throw new ExplainedError(
			'Input Binary Field is empty.',
			'Enter the name of the field that holds the file.',
		);
	return { binaryProperty, separator: separator as SeparatorChoice };
}

function notAnOption(field: string, value: string): Error {
	return new ExplainedError(`${field} "${value}" is unknown.`, 'Choose one from the list.');
}

function readColumnMap({ columns = [] }: ColumnMapField): ColumnMap {
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
	description: 'The kind of rows',
	options: [
		{
			name: 'Custom Metrics',
			value: 'customMetrics',
			description: 'A metric of a client on a day: client ID or name, metric name, value, date, unit',
		},
	],
};

const rowsFrom: INodeProperties = {
	displayName: 'Rows From',
	name: 'rowsFrom',
	type: 'options',
	default: 'items',
	description: 'Where the rows are',
	options: [
		{
			name: 'File',
			value: 'file',
			description: 'Each item has a CSV file or an XLSX workbook, which this node reads itself',
		},
		{
			name: 'Items',
			value: 'items',
			description: 'Each item is a row. Cell formats of a workbook, such as dates, are no longer known.',
		},
	],
};

const binaryFields: INodeProperties[] = [
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		hint: 'The name of the input field that holds the file',
		description: 'A file of at most 20 MB and 100,000 rows',
	},
	{
		displayName: 'Separator',
		name: 'separator',
		type: 'options',
		default: 'Detect',
		description:
			'The column separator of a CSV file. A line "sep=" at the start of the file takes precedence; ignored for workbooks.',
		options: ['Detect', ...Object.keys(SEPARATORS)].map((name) => ({ name, value: name })),
	},
];

/** What the rows of a file do not state. */
const fileFields: INodeProperties[] = [
	{
		displayName: 'Number Format',
		name: 'numberFormat',
		type: 'options',
		default: '1,234.56',
		description: 'The number format of the file. A cell in another format is rejected, never guessed.',
		options: Object.keys(NUMBER_FORMATS).map((format) => ({ name: format, value: format })),
	},
	{
		displayName: 'Date Format',
		name: 'dateFormat',
		type: 'options',
		default: 'YYYY-MM-DD',
		description:
			'The date format of the file. Date cells of a workbook that is read as a file do not need it.',
		options: DATE_FORMATS.map((format) => ({ name: format, value: format })),
	},
	{
		displayName: 'Column Map',
		name: 'columnMap',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add column',
		default: {},
		description: 'Maps fields to columns that have none of the usual names',
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
						description: 'The column name in the header; case, spaces and punctuation are ignored',
					},
				],
			},
		],
	},
];

const shownForUploads = { show: { provider: [UPLOAD] } };

/** The entry of uploads in the list of providers. */
export const uploadProvider = {
	name: 'Upload (Manual)',
	value: UPLOAD,
	description: 'A CSV file or an XLSX workbook of metrics, or its rows as items',
};
export const uploadStream = updateDisplayOptions(shownForUploads, [stream, rowsFrom]);
export const uploadFields = [
	...updateDisplayOptions({ show: { provider: [UPLOAD], rowsFrom: ['file'] } }, binaryFields),
	...updateDisplayOptions(shownForUploads, fileFields),
];
