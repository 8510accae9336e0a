import type { PackageDirectoryLoader } from 'n8n-core';
import type { IExecuteFunctions, INodeType, INodeTypes } from 'n8n-workflow';
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
	const find = (type: string) => standIns.get(type) ?? loader.getNode(withoutPackage(loader, type)).type;
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
