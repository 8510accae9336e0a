export interface Measure {
	rowsPerSecond: number;
	/** Highest resident memory of the n8n process when the node was done. */
	peakMemoryMb: number;
	walBytesPerRow: number;
}

export interface Case {
	contender: 'ours' | 'rival';
	size: number;
	pass: 'first' | 'unchanged';
}

/** Collects the measures of every case and compares their medians. */
export class Results {
	private readonly measures = new Map<string, Measure[]>();

	add(one: Case, measure: Measure): void {
		const key = JSON.stringify([one.contender, one.size, one.pass]);
		this.measures.set(key, [...(this.measures.get(key) ?? []), measure]);
	}

	/** A table of all cases; the last line compares the largest size, as `load: first 6.1x, unchanged 12.3x`. */
	report(sizes: number[]): string {
		const lines = sizes.flatMap((size) =>
			(['first', 'unchanged'] as const).flatMap((pass) =>
				(['ours', 'rival'] as const).map((contender) => this.line({ contender, size, pass })),
			),
		);
		const largest = sizes.at(-1) ?? 0;
		const [first, unchanged] = (['first', 'unchanged'] as const).map((pass) => this.factor(largest, pass));
		return [...lines, `load: first ${first}x, unchanged ${unchanged}x`].join('\n');
	}

	private line(one: Case): string {
		const middle = this.median(one);
		return [
			one.contender.padEnd(6),
			String(one.size).padStart(7),
			one.pass.padEnd(10),
			`${Math.round(middle.rowsPerSecond)} rows/s`.padStart(14),
			`${Math.round(middle.peakMemoryMb)} MB`.padStart(9),
			`${middle.walBytesPerRow.toFixed(1)} B WAL a row`.padStart(20),
		].join(' ');
	}

	private factor(size: number, pass: Case['pass']): string {
		const [ours, rival] = (['ours', 'rival'] as const).map((contender) =>
			this.median({ contender, size, pass }),
		);
		return (ours!.rowsPerSecond / rival!.rowsPerSecond).toFixed(1);
	}

	private median({ contender, size, pass }: Case): Measure {
		const all = this.measures.get(JSON.stringify([contender, size, pass])) ?? [];
		const of = (name: keyof Measure) => middleOf(all.map((measure) => measure[name]));
		return {
			rowsPerSecond: of('rowsPerSecond'),
			peakMemoryMb: of('peakMemoryMb'),
			walBytesPerRow: of('walBytesPerRow'),
		};
	}
}

/** The middle value, of an even number the mean of the two in the middle; NaN of none. */
export function middleOf(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length / 2;
	const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
	return low === undefined || high === undefined ? NaN : (low + high) / 2;
}
