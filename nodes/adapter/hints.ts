import type { IExecuteFunctions } from 'n8n-workflow';

/** Shows each warning above the node's output, where a person sees it; schedules show hints to nobody. */
export function showWarnings(context: IExecuteFunctions, warnings: readonly string[]): void {
	for (const message of warnings)
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
}
