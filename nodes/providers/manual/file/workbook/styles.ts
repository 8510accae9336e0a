import { damaged } from '../unreadable-file';
import type { Archive } from './archive';
import { numberKind, type NumberKind } from './number-format';
import { parseXml, type Attributes } from './xml';

/** Excel allows 65,490 cell styles, and fewer number formats. */
const MAX_STYLES = 100_000;

/** The number formats of cell styles. */
export class Styles {
	/** Format ids by style index. */
	private readonly formats: number[] = [];
	private readonly codes = new Map<number, string>();
	private readonly kinds = new Map<number, NumberKind>();

	/** @param part its name; undefined if the workbook has none */
	static async read(archive: Archive, part: string | undefined): Promise<Styles> {
		const styles = new Styles();
		if (part === undefined || !archive.has(part)) return styles;
		let inCellStyles = false;
		await parseXml(archive.read(part), {
			open(name, attributes) {
				if (name === 'cellXfs') inCellStyles = true;
				else if (name === 'numFmt') styles.addCode(attributes);
				else if (name === 'xf' && inCellStyles) styles.addStyle(attributes);
			},
			close(name) {
				if (name === 'cellXfs') inCellStyles = false;
			},
		});
		return styles;
	}

	private addCode({ numFmtId, formatCode = '' }: Attributes): void {
		this.codes.set(Number(numFmtId), formatCode);
		if (this.codes.size > MAX_STYLES) throw damaged('it has too many number formats');
	}

	private addStyle({ numFmtId = '0' }: Attributes): void {
		this.formats.push(Number(numFmtId));
		if (this.formats.length > MAX_STYLES) throw damaged('it has too many styles');
	}

	/** The kind of a number in a cell of this style. */
	getKind(style: number): NumberKind {
		const format = this.formats[style] ?? 0;
		const known = this.kinds.get(format);
		if (known) return known;
		const kind = numberKind(format, this.codes.get(format));
		this.kinds.set(format, kind);
		return kind;
	}
}
