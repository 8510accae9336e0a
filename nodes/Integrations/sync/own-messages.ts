import type { INodeExecutionData } from 'n8n-workflow';

import { canonicalInstant } from '../../../db/postgres/rows';
import type { NamedRun } from '../../../db/runs/take';
import { isFailureClass } from '../../shared/failure-classes';
import { parseMessage, type FailureMessage, type Message } from '../../shared/messages';
import type { OwnRuns } from '../../adapter/own-runs';
import { asText, excerpt } from '../../shared/text';

const MAX_WARNINGS = 100;
const MAX_WORDS = 2_000;
const MAX_ID = 200;

/** The messages of this execution's runs, with the run's envelope and bounded content: items may have been edited. */
export function ownMessages(items: readonly INodeExecutionData[], runs: OwnRuns): Message[] {
	const messages: Message[] = [];
	for (const { json } of items) {
		const message = parseMessage(json);
		const run = message && runs.find(json);
		if (run) messages.push({ ...readable(message), ...buildEnvelope(run, message) });
	}
	return messages;
}

function buildEnvelope(run: NamedRun, { stream, accountId }: Message) {
	const { tenantId, integrationId, syncRunId, provider } = run;
	const place = { stream: excerpt(asText(stream), MAX_ID), accountId: excerpt(asText(accountId), MAX_ID) };
	return { tenantId, integrationId, syncRunId, provider, ...place };
}

function readable(message: Message): Message {
	if (message.type === 'FAILURE') return { ...message, failure: parseFailure(message.failure) };
	if (message.type !== 'STATE' || message.warnings === undefined) return message;
	const warnings = Array.isArray(message.warnings) ? message.warnings : [];
	return {
		...message,
		warnings: warnings.slice(0, MAX_WARNINGS).map((one) => excerpt(asText(one), MAX_WORDS)),
	};
}

function parseFailure(given: unknown): FailureMessage['failure'] {
	const { class: failureClass, message, retryAt } = (given ?? {}) as Record<string, unknown>;
	const instant = canonicalInstant(asText(retryAt));
	return {
		class: isFailureClass(failureClass) ? failureClass : 'internal',
		message: excerpt(asText(message), MAX_WORDS),
		...(instant !== undefined && { retryAt: instant }),
	};
}
