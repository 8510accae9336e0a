/** Does the work for all, so many at once, and gives the results in the order of the input. */
export async function inOrder<In, Out>(
	inputs: readonly In[],
	atOnce: number,
	work: (input: In) => Promise<Out>,
): Promise<Out[]> {
	const results: Out[] = [];
	const entries = inputs.entries();
	const worker = async (): Promise<void> => {
		for (const [index, input] of entries) results[index] = await work(input);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
	return results;
}
