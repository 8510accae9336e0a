import type { IExecuteFunctions } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';

/**
 * The address below which n8n serves webhooks, as n8n knows it: its own setting WEBHOOK_URL, or else its host and port.
 * n8n tells nodes the address of waiting executions, which begins in the same way.
 * @throws ExplainedError if n8n has another path for waiting executions
 */
export function readWebhookBase(context: IExecuteFunctions, item: number): string {
	const resume = context.evaluateExpression('{{ $execution.resumeUrl }}', item);
	const [base, rest] = typeof resume === 'string' ? resume.split('/webhook-waiting/') : [];
	if (base && rest !== undefined) return base;
	throw new ExplainedError(
		'n8n does not say under which address it is reached.',
		'Give it in Base URL, such as https://n8n.example.com',
	);
}
