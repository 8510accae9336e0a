import type { INodeExecutionData } from 'n8n-workflow';

import type { NamedRun } from '../../../db/take-runs';
import {
	FAILURE_CLASSES,
	messageIn,
	type FailureClass,
	type FailureMessage,
	type Message,
} from '../../shared/messages';
import type { OwnRuns } from '../../shared/n8n/own-runs';
import { excerpt } from '../../shared/text';

const MAX_WARNINGS = 100;
const MAX_WORDS = 2_000;

/** The messages of this execution's runs; whose they are the run says, and what they tell is held to what it can be. */
export function ownMessages(items: readonly INodeExecutionData[], runs: OwnRuns): Message[] {
	const messages: Message[] = [];
	for (const { json } of items) {
		const message = messageIn(json);
		const run = message && runs.find(json);
		if (run) messages.push({ ...readable(message), ...envelopeOf(run, message) });
	}
	return messages;
}

function envelopeOf(run: NamedRun, { stream, accountId }: Message) {
	const { tenantId, integrationId, syncRunId, provider } = run;
	const place = { stream: textIn(stream), accountId: textIn(accountId) };
	return { tenantId, integrationId, syncRunId, provider, ...place };
}

function readable(message: Message): Message {
	if (message.type === 'FAILURE') return { ...message, failure: failureIn(message.failure) };
	if (message.type !== 'STATE' || message.warnings === undefined) return message;
	const warnings = Array.isArray(message.warnings) ? message.warnings : [];
	return {
		...message,
		warnings: warnings.slice(0, MAX_WARNINGS).map((one) => excerpt(textIn(one), MAX_WORDS)),
	};
}

function failureIn(given: unknown): FailureMessage['failure'] {
	const { class: failureClass, message, retryAt } = (given ?? {}) as Record<string, unknown>;
	return {
		class: FAILURE_CLASSES.includes(failureClass as FailureClass)
			? (failureClass as FailureClass)
			: 'internal',
		message: excerpt(textIn(message), MAX_WORDS),
		...(typeof retryAt === 'string' && !Number.isNaN(Date.parse(retryAt)) && { retryAt }),
	};
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
