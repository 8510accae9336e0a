import { existsSync, readFileSync } from 'node:fs';
import { crc32, createDeflateRaw } from 'node:zlib';
import { describe, it } from '@jest/globals';

import { readContent } from '../../nodes/providers/manual/file/read-content';
import { readFile } from '../../nodes/providers/manual/file/read-file';
import type { FileRow } from '../../nodes/providers/manual/file/row';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { readThreadCpuMs } from '../support/engine/cpu-time';
import { xlsxOf, type TestBook } from '../support/upload/xlsx';
import { zipOf, type ZipPart } from '../support/upload/zip';

const MB = 1_048_576;

/** What the process and its reader may grow by while one file is read: the reader's heap and what lies beside it. */
const MAX_GROWTH = 700 * MB;

/** What this thread may compute between two turns of its loop: it does nothing else meanwhile. */
const MAX_BLOCKED_MS = 5_000;

const HEADER = ['Client ID', 'Metric', 'Value', 'Date'];
const ROW = ['A', 'V', 1, '2026-06-30'];

/** The file, and the rows that it may give; without them it has to be refused. */
interface HostileFile {
	name: string;
	content: () => Buffer | Promise<Buffer>;
	rows?: number;
}

type Read = (content: Buffer) => Promise<FileRow[]>;

const SETTINGS = { separator: 'Detect', columnMap: {} } as const;

/** As Transform does it: for what is hostile by its size. */
const inReader: Read = async (content) => (await readFile(content, SETTINGS)).rows;

/** What the reader does, for what is hostile by its form: a process for each of many would take minutes to start. */
const inProcess: Read = async (content) => {
	const rows: FileRow[] = [];
	await readContent(content, SETTINGS, (row) => rows.push(row));
	return rows;
};

async function tryFile({ name, content, rows }: HostileFile, read: Read): Promise<Attack> {
	const bytes = await content();
	const watch = watchProcess();
	try {
		const found = await read(bytes);
		if (found.length !== rows) return { name, gained: `${found.length} rows were read` };
	} catch (error) {
		const { name: kind, message } = error as Error;
		if (kind !== 'UnreadableFileError') return { name, gained: `not refused in words: ${message}` };
		if (rows !== undefined) return { name, gained: `refused although it is sound: ${message}` };
	}
	return { name, gained: watch.end() };
}

/** This process's and its children's, in bytes; where the system does not list children, this process's. */
function measureMemory(): number {
	const children = `/proc/self/task/${process.pid}/children`;
	const pids = existsSync(children) ? readFileSync(children, 'utf8').split(' ').filter(Boolean) : [];
	return pids.map(measureProcess).reduce((sum, bytes) => sum + bytes, process.memoryUsage.rss());
}

function measureProcess(pid: string): number {
	try {
		return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096;
	} catch {
		return 0; // It has ended meanwhile.
	}
}

/** Tells whether the event loop was blocked or the process grew. */
function watchProcess() {
	const idle = measureMemory();
	let [peak, blocked, last] = [idle, 0, readThreadCpuMs()];
	const timer = setInterval(() => {
		const now = readThreadCpuMs();
		[blocked, last] = [Math.max(blocked, now - last), now];
		peak = Math.max(peak, measureMemory());
	}, 50);
	const end = (): string | undefined => {
		clearInterval(timer);
		blocked = Math.max(blocked, readThreadCpuMs() - last);
		if (blocked > MAX_BLOCKED_MS) return `the process did nothing else for ${Math.round(blocked)} ms`;
		return peak - idle > MAX_GROWTH ? `the process grew by ${Math.round((peak - idle) / MB)} MB` : undefined;
	};
	return { end };
}

async function attack(kind: string, read: Read, files: HostileFile[]): Promise<void> {
	const attacks: Attack[] = [];
	for (const file of files) attacks.push(await tryFile(file, read));
	expectRepelled(kind, attacks);
}

const inline = (at: string, text: string): string => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;
const GOOD = [HEADER, ROW.map(String)]
	.map(
		(cells, row) =>
			`<row r="${row + 1}">${cells.map((text, at) => inline(`${'ABCD'[at]}${row + 1}`, text)).join('')}</row>`,
	)
	.join('');

const sheetOf = (data: string, more: Partial<TestBook> = {}, dimension?: string): Buffer =>
	xlsxOf({ sheets: [{ name: 'S', rows: [], data, dimension }], ...more });

const repeated = (count: number, piece: (index: number) => string): string =>
	Array.from({ length: count }, (_, index) => piece(index)).join('');

/** A part that unpacks to as many megabytes, made without having them. */
async function bomb(
	name: string,
	megabytes: number,
	start: string,
	filling: string,
	end: string,
): Promise<ZipPart> {
	const block = Buffer.from(filling.repeat(Math.ceil(MB / filling.length)));
	const deflate = createDeflateRaw({ level: 9 });
	const pieces: Buffer[] = [];
	deflate.on('data', (piece: Buffer) => pieces.push(piece));
	let [size, checksum] = [0, 0];
	for (const piece of [Buffer.from(start), ...Array<Buffer>(megabytes).fill(block), Buffer.from(end)]) {
		size += piece.length;
		checksum = crc32(piece, checksum);
		await new Promise<void>((resolve) => void deflate.write(piece, () => resolve()));
	}
	await new Promise<void>((resolve) => void deflate.end(resolve));
	return { name, content: '', deflated: { data: Buffer.concat(pieces), size, checksum } };
}

const WORKSHEET = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${GOOD}`;
const SHEET = 'xl/worksheets/sheet1.xml';

const withPart = (part: ZipPart): Buffer => sheetOf(GOOD, { parts: [part] });

const DOCTYPES = {
	'a billion laughs': `<!DOCTYPE x [<!ENTITY a "ha">${repeated(30, (i) => `<!ENTITY a${i + 1} "${`&a${i || ''};`.repeat(10)}">`)}]>`,
	'an external entity': '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
	'a DTD of elsewhere': '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
};

// Large files take a while on a busy machine; the limit is only against hanging.
describe('a hostile workbook', () => {
	it('states a range that it has not', async () => {
		const far = (at: string, row: number, text: string): string =>
			`${GOOD}<row r="${row}">${inline(at, text)}</row>`;
		await attack('uploads: stated ranges', inProcess, [
			{ name: 'A1:XFD1048576', content: () => sheetOf(GOOD, {}, 'A1:XFD1048576'), rows: 1 },
			{ name: 'beyond Excel', content: () => sheetOf(GOOD, {}, 'A1:ZZZ99999999999'), rows: 1 },
			{
				name: 'blank last cell',
				content: () => sheetOf(far('XFD1048576', 1_048_576, ' '), {}, 'A1:XFD1048576'),
				rows: 1,
			},
			{ name: 'filled last cell', content: () => sheetOf(far('XFD1048576', 1_048_576, 'x')), rows: 2 },
			{ name: 'a row beyond the last', content: () => sheetOf(far('A1048577', 1_048_577, 'x')) },
			{ name: 'a row of 1e21', content: () => sheetOf(`${GOOD}<row r="1e21"/>`) },
			{ name: 'a column beyond the last', content: () => sheetOf(far('XFE3', 3, 'x')) },
			{ name: 'no column', content: () => sheetOf(far('__proto__', 3, 'x')) },
			{ name: 'a row twice', content: () => sheetOf(`${GOOD}<row r="2">${inline('A2', 'B')}</row>`) },
			{
				name: 'a cell twice',
				content: () => sheetOf(`${GOOD}<row r="3">${inline('A3', 'B').repeat(2)}</row>`),
			},
		]);
	});

	it('has more than it may have', async () => {
		await attack('uploads: too much', inReader, [
			{
				name: '700,000 rows',
				content: () => sheetOf(GOOD + repeated(700_000, (i) => `<row r="${i + 3}"><c><v>1</v></c></row>`)),
			},
			{
				name: 'a million empty rows',
				content: () => sheetOf(GOOD + repeated(1_000_000, () => '<row/>')),
				rows: 1,
			},
			{
				name: '16,384 empty cells in 30 rows',
				content: () => sheetOf(GOOD + repeated(30, () => `<row>${'<c s="1"/>'.repeat(16_384)}</row>`)),
				rows: 1,
			},
			{
				name: 'a header of 16,384 columns',
				content: () =>
					sheetOf(
						`<row>${repeated(16_384, (i) => `<c t="inlineStr"><is><t>c${i}</t></is></c>`)}</row>${GOOD.replace(/r="[A-D]?\d"/g, '')}`,
					),
				rows: 1,
			},
			{
				name: 'a million formats',
				content: () =>
					withPart({
						name: 'xl/styles.xml',
						content: `<styleSheet><numFmts>${repeated(1_000_000, (i) => `<numFmt numFmtId="${i}" formatCode="0"/>`)}</numFmts></styleSheet>`,
					}),
			},
			{
				name: 'a million styles',
				content: () =>
					withPart({
						name: 'xl/styles.xml',
						content: `<styleSheet><cellXfs>${'<xf numFmtId="1"/>'.repeat(1_000_000)}</cellXfs></styleSheet>`,
					}),
			},
			{
				name: '100 MB of shared texts',
				content: async () =>
					withPart(
						await bomb(
							'xl/sharedStrings.xml',
							100,
							'<sst>',
							`<si><t>${'0123456789'.repeat(100)}</t></si>`,
							'</sst>',
						),
					),
			},
			{
				name: 'one shared text in 400,000 cells',
				content: () => {
					const index = '<c t="s"><v>0</v></c>'.repeat(4);
					const text = `<sst><si><t>${'x'.repeat(32_000)}</t></si></sst>`;
					return sheetOf(GOOD + repeated(99_000, (i) => `<row r="${i + 3}">${index}</row>`), {
						parts: [{ name: 'xl/sharedStrings.xml', content: text }],
					});
				},
			},
			{
				name: 'one shared text of 100 MB',
				content: async () =>
					withPart(await bomb('xl/sharedStrings.xml', 100, '<sst><si><t>', 'x', '</t></si></sst>')),
			},
			{
				name: 'a cell of 100 MB',
				content: async () =>
					withPart(
						await bomb(
							SHEET,
							100,
							`${WORKSHEET}<row r="3"><c r="A3" t="str"><v>`,
							'x',
							'</v></c></row></sheetData></worksheet>',
						),
					),
			},
			{
				name: '200,000 attributes',
				content: () => sheetOf(`${GOOD}<row ${repeated(200_000, (i) => `a${i}="1" `)}/>`),
				rows: 1,
			},
			{
				name: 'elements in a million elements',
				content: () => sheetOf(`${GOOD}<row>${'<c>'.repeat(1_000_000)}`),
			},
			{
				name: '100,000 sheets',
				content: () =>
					withPart({
						name: 'xl/workbook.xml',
						content: `<workbook xmlns:r="r"><sheets>${repeated(100_000, () => '<sheet name="S" r:id="rId1"/>')}</sheets></workbook>`,
					}),
			},
		]);
	});

	it('unpacks to more than it says, or than there is room for', async () => {
		const end = '</sheetData></worksheet>';
		const large = await bomb(SHEET, 300, WORKSHEET, ' ', end);
		const deflated = large.deflated!;
		await attack('uploads: zip bombs', inReader, [
			{ name: '300 MB of blanks', content: () => withPart(large) },
			{
				name: '300 MB that say they are 1 KB',
				content: () => withPart({ ...large, deflated: { ...deflated, size: 1_000 } }),
			},
			{
				name: '300 MB of a comment',
				content: async () => withPart(await bomb(SHEET, 300, `${WORKSHEET}<!--`, ' ', `-->${end}`)),
			},
			{
				name: 'one part of 2 MB as 900 sheets',
				content: async () =>
					sheetOf('', {
						parts: [
							await bomb(SHEET, 2, WORKSHEET.replace(GOOD, ''), ' ', end),
							{
								name: 'xl/workbook.xml',
								content: `<workbook xmlns:r="r"><sheets>${repeated(900, (i) => `<sheet name="S${i}" r:id="rId1"/>`)}</sheets></workbook>`,
							},
						],
					}),
			},
			{
				name: 'a part that says it is larger',
				content: () => withPart({ name: SHEET, content: `${WORKSHEET}${end}`, statedSize: 99_999 }),
			},
			{
				name: 'a wrong checksum',
				content: () => withPart({ name: SHEET, content: `${WORKSHEET}${end}`, statedChecksum: 1 }),
			},
		]);
	});

	it('is a zip file of tricks', async () => {
		const parts: ZipPart[] = [
			{
				name: 'xl/workbook.xml',
				content: '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>',
			},
			{ name: SHEET, content: `${WORKSHEET}</sheetData></worksheet>` },
		];
		const plain = xlsxOf({ sheets: [{ name: 'S', rows: [HEADER, ROW] }] });
		const end = plain.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
		const patched = (at: number, value: number): Buffer => {
			const copy = Buffer.from(plain);
			copy.writeUInt32LE(value, end + at);
			return copy;
		};
		await attack('uploads: zip files', inProcess, [
			{ name: 'a part twice', content: () => zipOf([...parts, parts[1]!]) },
			{
				name: 'a part twice but for capitals',
				content: () => zipOf([...parts, { ...parts[1]!, name: SHEET.toUpperCase() }]),
			},
			...['../../etc/passwd', '/etc/passwd', 'C:/x', '..\\x'].map((name) => ({
				name,
				content: () => zipOf([...parts, { name, content: 'x' }]),
			})),
			{ name: 'an encrypted part', content: () => sheetOf('', { parts: [{ ...parts[1]!, flags: 1 }] }) },
			{
				name: 'a method of another kind',
				content: () => sheetOf('', { parts: [{ ...parts[1]!, method: 14 }] }),
			},
			{ name: 'a directory beyond the end', content: () => patched(16, 0xfffffff0) },
			{ name: 'a directory of a zip64 that is not there', content: () => patched(16, 0xffffffff) },
			{ name: '65,535 entries', content: () => patched(8, 0xffffffff) },
			{
				name: '20,000 entries',
				content: () =>
					zipOf([...parts, ...Array.from({ length: 20_000 }, (_, i) => ({ name: `x${i}`, content: '' }))]),
			},
			...[100, 400, end, end + 10].map((length) => ({
				name: `cut off at ${length}`,
				content: () => plain.subarray(0, length),
			})),
			{
				name: 'a sheet outside of the workbook',
				content: () =>
					sheetOf('', {
						parts: [
							{
								name: 'xl/_rels/workbook.xml.rels',
								content:
									'<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="../../../../etc/passwd"/></Relationships>',
							},
						],
					}),
			},
			{
				name: 'a sheet on another computer',
				content: () =>
					sheetOf('', {
						parts: [
							{
								name: 'xl/_rels/workbook.xml.rels',
								content:
									'<Relationships><Relationship Id="rId1" Type="x/worksheet" TargetMode="External" Target="http://127.0.0.1:1/"/></Relationships>',
							},
						],
					}),
			},
			{
				name: 'the workbook as its own sheet',
				content: () =>
					sheetOf('', {
						parts: [
							{
								name: 'xl/_rels/workbook.xml.rels',
								content:
									'<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="workbook.xml"/></Relationships>',
							},
						],
					}),
			},
		]);
	});

	it('is XML of tricks', async () => {
		const doctypes = Object.entries(DOCTYPES).flatMap(([name, doctype]) =>
			[SHEET, 'xl/workbook.xml', 'xl/sharedStrings.xml', 'xl/styles.xml', 'xl/_rels/workbook.xml.rels'].map(
				(part) => ({
					name: `${name} in ${part}`,
					content: () => withPart({ name: part, content: `<?xml version="1.0"?>${doctype}<x>&a30;</x>` }),
				}),
			),
		);
		const cell = (xml: string): Buffer => sheetOf(`${GOOD}<row r="3">${xml}</row>`);
		await attack('uploads: XML', inProcess, [
			...doctypes,
			{
				name: 'an entity that is not defined',
				content: () => sheetOf(`${GOOD}<row r="3">${inline('A3', '&a;')}</row>`),
			},
			{
				name: 'text that is not UTF-8',
				content: () =>
					withPart({
						name: SHEET,
						content: Buffer.concat([Buffer.from(WORKSHEET), Buffer.from([0xff, 0xfe])]),
					}),
			},
			{ name: 'XML that does not end', content: () => withPart({ name: SHEET, content: WORKSHEET }) },
			...['-1', '1e9', '__proto__', 'length'].map((index) => ({
				name: `the shared text ${index}`,
				content: () => cell(`<c r="A3" t="s"><v>${index}</v></c>`),
			})),
		]);
	});
});

describe('a hostile text', () => {
	const csv = (line: string): Buffer => Buffer.from(`Client ID,Metric,Value,Date\nA,V,1,2026-06-30\n${line}`);
	const long = 19 * MB;

	it('is long where it should be short', async () => {
		await attack('uploads: texts', inReader, [
			...[',', '"\n",', '"', 'x', '"x', ' ', '\0'].map((piece) => ({
				name: `19 MB of ${JSON.stringify(piece)}`,
				content: () => csv(piece.repeat(long / piece.length)),
			})),
			{ name: '19 MB of line ends', content: () => csv('\n'.repeat(long)) },
			{
				name: '19 MB of one letter that is not UTF-8',
				content: () => Buffer.concat([csv(''), Buffer.alloc(long, 'x'), Buffer.from([0xe9])]),
			},
			...[0x80, 0x81, 0xe9].map((byte) => ({
				name: `19 MB of the byte ${byte}`,
				content: () => Buffer.concat([csv(''), Buffer.alloc(long, byte)]),
			})),
			{ name: '19 MB in the header', content: () => Buffer.from(`${'x,'.repeat(long / 2)}\n1`) },
			{ name: '21 MB', content: () => csv(`${'B,V,1,2026-06-30\n'.repeat(99_000)}${' '.repeat(21 * MB)}`) },
			{
				name: 'a column called __proto__',
				content: () =>
					Buffer.from('Client ID,Metric,Value,Date,__proto__,constructor\nA,V,1,2026-06-30,x,y\n'),
				rows: 1,
			},
		]);
	});
});
