import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';

/** The operations, `resource:operation`, that an AI agent may use: they only read. */
export type ReadingOperations = ReadonlySet<string>;

/**
 * Whether an AI agent runs the node. n8n derives a type of its own for tools, whose name ends in `Tool`, but runs them in
 * three ways, not all of which say so: as an execution of the tool, as an ordinary node of that type, and outside of any
 * workflow (mode `internal`), there even under the node's own type.
 */
export function isUsedByAgent(context: IExecuteFunctions): boolean {
	const mode: string = context.getMode();
	return context.isToolExecution() || context.getNode().type.endsWith('Tool') || mode === 'internal';
}

/**
 * Hiding an operation is not enough: its name may come from an expression, an imported workflow or the agent.
 * @throws Error if an agent runs an operation that does not only read
 */
export function assertAllowedForAgents(
	context: IExecuteFunctions,
	chosen: string,
	reading: ReadingOperations,
): void {
	if (reading.has(chosen) || !isUsedByAgent(context)) return;
	throw new ExplainedError(
		`An AI agent may not use the operation "${chosen}": it does more than read. Nothing was done.`,
		`Agents may use: ${[...reading].join(', ')}. Use this one in a workflow, as a node of its own.`,
	);
}

/** Gives the lists of resources and operations a shorter version for agents' tools. Both have a choice as default. */
export function limitToolOperations(
	properties: INodeProperties[],
	reading: ReadingOperations,
): INodeProperties[] {
	return properties.flatMap((property) => {
		const { name, displayOptions } = property;
		if (name === 'resource') return splitList(property, (value) => listResources(reading).has(value));
		if (name !== 'operation') return [property];
		const [resource] = displayOptions?.show?.resource ?? [];
		return splitList(property, (value) => reading.has(`${String(resource)}:${value}`));
	});
}

const listResources = (reading: ReadingOperations): Set<string> =>
	new Set([...reading].map((operation) => operation.split(':')[0]!));

/** The list for nodes, and the one for tools if anything is left of it. */
function splitList(property: INodeProperties, isAllowed: (value: string) => boolean): INodeProperties[] {
	const options = (property.options as INodePropertyOptions[]).filter(({ value }) =>
		isAllowed(String(value)),
	);
	const forNodes = showForTools(property, false);
	if (options.length === 0) return [forNodes];
	const isDefaultLeft = options.some(({ value }) => value === property.default);
	return [
		forNodes,
		{
			...showForTools(property, true),
			options,
			default: isDefaultLeft ? property.default : options[0]!.value,
		},
	];
}

function showForTools(property: INodeProperties, isTool: boolean): INodeProperties {
	const { displayOptions } = property;
	return {
		...property,
		displayOptions: { ...displayOptions, show: { ...displayOptions?.show, '@tool': [isTool] } },
	};
}
