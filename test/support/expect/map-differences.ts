/** Every entry of `found` that differs from what is expected, is missing or is too much, as a sentence each. */
export function mapDifferences(
	expected: ReadonlyMap<string, string>,
	found: ReadonlyMap<string, string>,
): string[] {
	const keys = [...new Set([...expected.keys(), ...found.keys()])].sort();
	return keys.flatMap((key) => {
		const [wanted = 'no row', there = 'no row'] = [expected.get(key), found.get(key)];
		return wanted === there ? [] : [`${key}: ${there}, where the sandbox says ${wanted}.`];
	});
}
