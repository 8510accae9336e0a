import { posix } from 'node:path';

import { damaged, UnreadableFileError } from '../unreadable-file';
import type { Archive } from './archive';
import { localName, parseXml, type Attributes } from './xml';

export interface SheetPart {
	name: string;
	isHidden: boolean;
	/** Name of its part; undefined for a chart or macro sheet. */
	part: string | undefined;
}

/** The parts of a workbook in use. */
export interface BookParts {
	is1904: boolean;
	sheets: SheetPart[];
	strings: string | undefined;
	styles: string | undefined;
}

interface Relation {
	/** The last segment of its type, for example `worksheet`. */
	type: string;
	target: string;
}

const SAVE_AS = 'Save it as XLSX or CSV, and upload that.';

/** Other ZIP-based formats, recognised by a part that only they have. */
const OTHERS: ReadonlyArray<[part: RegExp, what: string]> = [
	[/^xl\/workbook\.bin$/, 'a binary Excel workbook (XLSB)'],
	[/^word\//, 'a Word document'],
	[/^ppt\//, 'a presentation'],
	[/^index\/.*\.iwa$|^index\.zip$/, 'a document of Apple Numbers, Pages or Keynote'],
	[/^content\.xml$|^mimetype$/, 'an OpenDocument file (ODS)'],
];

/** Finds the parts of an XLSX workbook. @throws UnreadableFileError if the archive is something else */
export async function findParts(archive: Archive): Promise<BookParts> {
	const root = await readRelations(archive, '');
	const workbook =
		[...root.values()].find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml';
	if (!archive.has(workbook) || /\.bin$/i.test(workbook)) throw notAWorkbook(archive);
	const other = OTHERS.find(([pattern]) => pattern.test(workbook.toLowerCase()));
	if (other) throw notAWorkbook(archive);
	const relations = await readRelations(archive, workbook);
	const target = (type: string) => [...relations.values()].find((one) => one.type === type)?.target;
	const { is1904, sheets } = await readWorkbookPart(archive, workbook, relations);
	return { is1904, sheets, strings: target('sharedStrings'), styles: target('styles') };
}

function notAWorkbook(archive: Archive): UnreadableFileError {
	const { names } = archive;
	const [, what = 'a ZIP file, not a workbook'] =
		OTHERS.find(([pattern]) => names.some((name) => pattern.test(name))) ?? [];
	return new UnreadableFileError(`The file is ${what}. ${SAVE_AS}`);
}

/** Reads a part's relations by id, without those to external files. */
async function readRelations(archive: Archive, part: string): Promise<Map<string, Relation>> {
	const relations = new Map<string, Relation>();
	const folder = posix.dirname(part);
	const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
	if (!archive.has(name)) return relations;
	await parseXml(archive.read(name), {
		open(element, { Id = '', Type = '', Target = '', TargetMode }) {
			if (element !== 'Relationship' || TargetMode === 'External') return;
			const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
			relations.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target });
		},
	});
	return relations;
}

async function readWorkbookPart(
	archive: Archive,
	part: string,
	relations: ReadonlyMap<string, Relation>,
): Promise<Pick<BookParts, 'is1904' | 'sheets'>> {
	const sheets: SheetPart[] = [];
	let is1904 = false;
	let isWorkbook = false;
	await parseXml(archive.read(part), {
		open(element, attributes) {
			if (element === 'workbook') isWorkbook = true;
			if (element === 'workbookPr') is1904 = isTrue(attributes.date1904);
			if (element === 'sheet') sheets.push(sheetPart(attributes, relations));
			if (sheets.length > MAX_SHEETS) throw damaged('it has too many sheets');
		},
	});
	if (!isWorkbook) throw notAWorkbook(archive);
	return { is1904, sheets };
}

const MAX_SHEETS = 1_000;

const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true' || text === 'on';

function sheetPart(attributes: Attributes, relations: ReadonlyMap<string, Relation>): SheetPart {
	// The namespace prefix of the id is chosen by the program that wrote the workbook.
	const [, id = ''] =
		Object.entries(attributes).find(([name]) => name.includes(':') && localName(name) === 'id') ?? [];
	const relation = relations.get(id);
	const state = attributes.state ?? 'visible';
	return {
		name: (attributes.name ?? '').slice(0, 100),
		isHidden: state !== 'visible',
		part: relation?.type === 'worksheet' ? relation.target : undefined,
	};
}
