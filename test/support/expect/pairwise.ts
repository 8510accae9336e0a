/** The values that each factor can have. */
export type Factors = Record<string, readonly unknown[]>;

export type Combination<F extends Factors> = { [Name in keyof F]: F[Name][number] };

/** Combinations in which every value of every factor meets every value of every other one, by a greedy search. */
export function pairwise<const F extends Factors>(factors: F): Array<Combination<F>> {
	const names = Object.keys(factors);
	const open = new Set(
		names.flatMap((one, place) =>
			names
				.slice(place + 1)
				.flatMap((other) => pairs(one, factors[one]!.length, other, factors[other]!.length)),
		),
	);
	const found: Array<Combination<F>> = [];
	while (open.size > 0) {
		const chosen = combinationFrom(factors, names, open);
		for (const key of pairsOf(chosen)) open.delete(key);
		found.push(
			Object.fromEntries([...chosen].map(([name, index]) => [name, factors[name]![index]])) as Combination<F>,
		);
	}
	return found;
}

type Chosen = Map<string, number>;

const keyOf = (one: string, a: number, other: string, b: number): string => `${one}=${a}&${other}=${b}`;

function pairs(one: string, many: number, other: string, more: number): string[] {
	return Array.from({ length: many * more }, (_, index) =>
		keyOf(one, Math.floor(index / more), other, index % more),
	);
}

/** The first open pair, then for each other factor the value that closes most. */
function combinationFrom(factors: Factors, names: string[], open: ReadonlySet<string>): Chosen {
	const [first] = open;
	const chosen: Chosen = new Map(
		first!
			.split('&')
			.map((part) => part.split('=') as [string, string])
			.map(([name, index]) => [name, Number(index)]),
	);
	for (const name of names) {
		if (chosen.has(name)) continue;
		const scores = factors[name]!.map((_, index) => {
			const keys = pairsOf(ordered(names, new Map([...chosen, [name, index]])));
			return keys.filter((key) => open.has(key)).length;
		});
		chosen.set(name, scores.indexOf(Math.max(...scores)));
	}
	return ordered(names, chosen);
}

const ordered = (names: string[], chosen: Chosen): Chosen =>
	new Map(names.filter((name) => chosen.has(name)).map((name) => [name, chosen.get(name)!]));

function pairsOf(chosen: Chosen): string[] {
	const entries = [...chosen];
	return entries.flatMap(([one, a], place) =>
		entries.slice(place + 1).map(([other, b]) => keyOf(one, a, other, b)),
	);
}
