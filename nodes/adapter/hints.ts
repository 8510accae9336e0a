import type { IExecuteFunctions } from 'n8n-workflow';

/** Shows each warning above the node's output, where a person sees it; schedules show hints to nobody. */
export function showWarnings(context: IExecuteFunctions, warnings: readonly string[]): void {
	for (const message of warnings) addHint(context, { message, type: 'warning' });
}

/** Shows a text above the node's output. */
export function addHint(
	context: IExecuteFunctions,
	hint: { message: string; type: 'info' | 'warning' },
): void {
	context.addExecutionHints({ ...hint, location: 'outputPane' });
}
