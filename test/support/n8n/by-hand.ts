import { setTimeout as wait } from 'node:timers/promises';

import type { IDataObject, IRunExecutionData } from 'n8n-workflow';

import { requireFromCheckout } from '../checkout';
import type { N8nSession } from './session';

/** An execution that has ended, as n8n saved it. */
export interface EndedExecution {
	id: string;
	/** `success`, `error`, `crashed` or `canceled`. */
	status: string;
	mode: string;
	data: IRunExecutionData;
	/** The json of the items that a node put out. */
	items(node: string): IDataObject[];
	/** What it failed with: the message, then the description. */
	words: string;
}

/** What `Execute step` on a node sends: what ran before it, and the node. */
export interface Step {
	node: string;
	/** The execution whose results are on the canvas; without it n8n starts at the first node, or at what is pinned. */
	after?: EndedExecution;
}

/** Executes a workflow up to a node, as the button on the node does, and waits until it has ended. */
export async function executeStep(
	session: N8nSession,
	workflowId: string,
	{ node, after }: Step,
): Promise<EndedExecution> {
	const { executionId } = await session.rest<{ executionId: string }>('POST', `workflows/${workflowId}/run`, {
		destinationNode: { nodeName: node, mode: 'inclusive' },
		...(after && { runData: after.data.resultData.runData, dirtyNodeNames: [node] }),
	});
	return await executionEnd(session, executionId);
}

/** Retries a failed execution with the workflow as it is saved now, and waits until it has ended. */
export async function retryExecution(session: N8nSession, executionId: string): Promise<EndedExecution> {
	const { id } = await session.rest<{ id: string }>('POST', `executions/${executionId}/retry`, {
		loadWorkflow: true,
	});
	return await executionEnd(session, id);
}

/** The newest executions of a workflow that n8n keeps, newest first. */
export async function keptExecutions(session: N8nSession, workflowId: string): Promise<EndedExecution[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const { results } = await session.rest<{ results: Array<{ id: string }> }>(
		'GET',
		`executions?filter=${filter}`,
	);
	return await Promise.all(results.map(async ({ id }) => await executionEnd(session, id)));
}

async function executionEnd(session: N8nSession, id: string, seconds = 180): Promise<EndedExecution> {
	for (let tries = 0; tries < seconds * 4; tries++) {
		const saved = await session.rest<SavedExecution>('GET', `executions/${id}`);
		if (!['new', 'running', 'waiting'].includes(saved.status)) return endedExecution(saved);
		await wait(250);
	}
	throw new Error(`Execution ${id} did not end within ${seconds} s.`);
}

interface SavedExecution {
	id: string;
	status: string;
	mode: string;
	/** Packed by `flatted`. */
	data: string;
}

function endedExecution({ id, status, mode, data }: SavedExecution): EndedExecution {
	const { parse } = requireFromCheckout('flatted') as { parse(text: string): IRunExecutionData };
	const run = parse(data);
	const { error, runData } = run.resultData;
	return {
		...{ id, status, mode, data: run },
		items: (node) =>
			(runData[node] ?? []).flatMap((one) => (one.data?.main?.[0] ?? []).map(({ json }) => json)),
		words: [error?.message, error?.description].filter(Boolean).join(' '),
	};
}
