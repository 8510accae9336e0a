import type { PackageDirectoryLoader } from 'n8n-core';
import type {
	EngineResponse,
	GenericValue,
	IExecuteFunctions,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import type * as N8nWorkflow from 'n8n-workflow';

const STAND_INS = [
	'manualTrigger',
	'scheduleTrigger',
	'executeWorkflowTrigger',
	'errorTrigger',
	'stopAndError',
	'stickyNote',
];

/**
 * The node types of a workflow: those of the built package, and stand-ins for n8n's triggers, notes and Stop and Error,
 * which hand on what they are given. Anything else of n8n's own is refused: it is not here.
 */
export function nodeTypes(n8n: typeof N8nWorkflow, loader: PackageDirectoryLoader): INodeTypes {
	const standIns = new Map(STAND_INS.map((name) => [`n8n-nodes-base.${name}`, standIn(name)]));
	standIns.set(AGENT_TYPE, agent);
	const ours = (type: string) => loader.getNode(withoutPackage(loader, type)).type;
	const find = (type: string) =>
		standIns.get(type) ?? (type.endsWith('Tool') ? toTool(ours(type.slice(0, -4))) : ours(type));
	return {
		getByName: find,
		getByNameAndVersion: (type, version) => n8n.NodeHelpers.getVersionedNodeType(find(type), version),
		getKnownTypes: () => ({}),
	};
}

function withoutPackage(loader: PackageDirectoryLoader, type: string): string {
	const prefix = `${loader.packageName}.`;
	if (!type.startsWith(prefix)) throw new Error(`There is no node type ${type} in this engine.`);
	return type.slice(prefix.length);
}

function standIn(name: string): INodeType {
	return {
		description: {
			displayName: name,
			name,
			group: ['trigger'],
			version: [1, 1.1, 1.2, 1.3, 1.4],
			description: 'Hands on what it is given',
			defaults: { name },
			inputs: [],
			outputs: ['main'],
			properties: [],
		},
		execute: async function (this: IExecuteFunctions) {
			return [this.getInputData()];
		},
	};
}

/** Derives a tool from a node as n8n's server does (dist/node-types.js, tool-generation/ai-tools.js). */
function toTool(type: INodeType | IVersionedNodeType): INodeType {
	const node = type as INodeType;
	if (!node.description.usableAsTool) throw new Error('Node cannot be used as a tool');
	const description = { ...node.description, name: `${node.description.name}Tool` };
	delete description.usableAsTool;
	const tool: INodeType = Object.create(node, {
		description: { value: { ...description, inputs: [], outputs: ['ai_tool'] } },
	}) as INodeType;
	return tool;
}

/** The node type of an agent that uses its tool once, without a model. */
export const AGENT_TYPE = 'n8n-nodes-base.testAgent';

interface InvokedTool {
	name: string;
	description: string;
	invoke(input: object): Promise<string>;
}

/**
 * Uses its tool in one of n8n's ways: `invoke` calls it as older agents do, `request` has the engine run it as agents
 * since version 3 do.
 */
const agent: INodeType = {
	description: {
		...standIn('testAgent').description,
		group: ['transform'],
		inputs: ['main', { type: 'ai_tool' }],
		properties: [{ displayName: 'Way', name: 'way', type: 'string', default: 'invoke' }],
	},
	execute: async function (this: IExecuteFunctions, response?: EngineResponse) {
		const [answered] = response?.actionResponses ?? [];
		if (answered) return [[{ json: { answer: answered.data as unknown as GenericValue } }]];
		const [parent] = this.getParentNodes(this.getNode().name, { connectionType: 'ai_tool' });
		const action = { actionType: 'ExecutionNodeAction', nodeName: parent!.name, type: 'ai_tool' } as const;
		if (this.getNodeParameter('way', 0) === 'request')
			return { actions: [{ ...action, input: {}, id: 'call-1', metadata: {} }], metadata: {} };
		const [tool] = (await this.getInputConnectionData('ai_tool', 0)) as InvokedTool[];
		const { name, description } = tool!;
		return [[{ json: { name, description, answer: JSON.parse(await tool!.invoke({})) as GenericValue } }]];
	},
};
