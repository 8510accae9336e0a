import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { DatabaseSettings } from '../../../db/postgres/pool';

export interface NodeInput {
	database: DatabaseSettings;
	items: object[];
	parameters?: Record<string, unknown>;
	/** The values of parameters that are expressions, by item. */
	expressions?: Record<string, (json: IDataObject) => unknown>;
	continueOnFail?: boolean;
	executionId?: string;
	mode?: string;
	/** Whether a Finish comes after the node. */
	finishFollows?: boolean;
}

/** As much of n8n's execution context as our nodes ask for; n8n's own is used in test/nodes and test/n8n. */
export function nodeContext(input: NodeInput): IExecuteFunctions & { hints: string[]; reads: number } {
	const { database, items, parameters = {}, expressions = {} } = input;
	const context = {
		hints: [] as string[],
		reads: 0,
		getInputData: (): INodeExecutionData[] => items.map((json) => ({ json: json as IDataObject })),
		getNodeParameter: (
			name: string,
			item: number,
			fallback: unknown,
			options?: { rawExpressions?: boolean },
		) => {
			context.reads++;
			const expression = expressions[name];
			if (!expression) return parameters[name] ?? fallback;
			return options?.rawExpressions ? '={{ an expression }}' : expression(items[item] as IDataObject);
		},
		getCredentials: async () => ({ ...database }),
		getExecutionId: () => input.executionId ?? 'execution-1',
		getMode: () => input.mode ?? 'trigger',
		getWorkflow: () => ({ id: 'workflow-1', name: 'Workflow', active: false }),
		getChildNodes: () =>
			input.finishFollows
				? [{ type: 'n8n-nodes-zixly.integrations', parameters: { operation: 'finish' } }]
				: [],
		logger: { info: () => undefined, warn: () => undefined, debug: () => undefined },
		getInstanceId: () => 'instance-1',
		evaluateExpression: () => 'http://localhost:5678/webhook-waiting/execution-1',
		getExecutionCancelSignal: () => undefined,
		addExecutionHints: (...hints: Array<{ message: string }>) =>
			void context.hints.push(...hints.map(({ message }) => message)),
		isToolExecution: () => false,
		continueOnFail: () => input.continueOnFail ?? false,
		getNode: () => ({ name: 'Node', type: 'n8n-nodes-zixly.node', typeVersion: 1 }),
	};
	return context as unknown as IExecuteFunctions & { hints: string[]; reads: number };
}
