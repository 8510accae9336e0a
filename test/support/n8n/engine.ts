import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type * as Core from 'n8n-core';
import type {
	IDataObject,
	INode,
	IRun,
	IRunData,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import type * as N8nWorkflow from 'n8n-workflow';

import { CHECKOUT, requireFromCheckout, type WorkflowFile } from '../checkout';
import { credentialsHelper } from './engine-credentials';
import { nodeTypes } from './engine-nodes';
import type { StoredCredential } from './credentials';

type NodeHook = (nodeName: string) => Promise<void> | void;

export interface RunOptions {
	/** Served by id, as n8n's credential store does; an OAuth token that is refreshed is written back into its data. */
	credentials: StoredCredential[];
	/** Name of the node to start at; without it the first trigger that fits the mode. */
	start?: string;
	/** `manual` as the editor's button, `trigger` as the schedule does, `internal` as n8n's own agents do. */
	mode?: Extract<WorkflowExecuteMode, 'manual' | 'trigger' | 'internal'>;
	executionId?: string;
	/** What the start node puts out, as data pinned in the editor. */
	input?: IDataObject[];
	beforeNode?: NodeHook;
	afterNode?: NodeHook;
}

export interface EngineRun {
	status: IRun['status'];
	error?: { message: string; description?: string; node?: string };
	executionId: string;
	/** How often a parameter of a node was read: where that grows with the items, so does the time. */
	parameterReads: number;
	runData: IRunData;
	/** The json of the items that a node put out, of all its runs. */
	items(nodeName: string, output?: number): IDataObject[];
}

let engine: Engine | undefined;
let folder: string | undefined;

/** Runs a workflow file in n8n's own engine, with the checkout's built package loaded as n8n loads it. */
export async function runWorkflow(workflow: WorkflowFile, options: RunOptions): Promise<EngineRun> {
	engine ??= await loadEngine();
	return await engine.run(workflow, options);
}

/**
 * Closes the built package's connection pools, so that a test's database can be dropped, and removes n8n's folder
 * with its log: a test worker is ended before it could do so at its exit. Workflows can still be run afterwards.
 */
export async function closeEngine(): Promise<void> {
	const built = requireFromCheckout('./dist/db/postgres/pool.js') as { closePools(): Promise<void> };
	await built.closePools();
	if (folder) rmSync(folder, { recursive: true, force: true });
}

interface Engine {
	run(workflow: WorkflowFile, options: RunOptions): Promise<EngineRun>;
}

async function loadEngine(): Promise<Engine> {
	setUpProcess();
	requireFromCheckout('reflect-metadata');
	const core = requireFromCheckout('n8n-core') as typeof Core;
	const n8n = requireFromCheckout('n8n-workflow') as typeof N8nWorkflow;
	n8n.Expression.setExpressionEngine('legacy');
	const loader = new core.PackageDirectoryLoader(CHECKOUT);
	await loader.loadAll();
	return { run: async (workflow, options) => await execute(core, n8n, loader, workflow, options) };
}

/** n8n-core reads these, and writes its settings below its folder, as soon as it is loaded. */
function setUpProcess(): void {
	folder = mkdtempSync(join(tmpdir(), 'zixly-n8n-engine-'));
	process.env.N8N_USER_FOLDER = folder;
	process.env.N8N_LOG_LEVEL = 'debug';
	process.env.N8N_LOG_OUTPUT = 'file';
	process.env.N8N_LOG_FILE_LOCATION = join(folder, 'n8n.log');
	process.env.NO_PROXY = [process.env.NO_PROXY, '127.0.0.1', 'localhost'].filter(Boolean).join(',');
}

/** Everything that n8n and the nodes logged in this process. */
export async function engineLog(): Promise<string> {
	return await readFile(process.env.N8N_LOG_FILE_LOCATION ?? '', 'utf8');
}

async function execute(
	core: typeof Core,
	n8n: typeof N8nWorkflow,
	loader: Core.PackageDirectoryLoader,
	file: WorkflowFile,
	options: RunOptions,
): Promise<EngineRun> {
	const mode = options.mode ?? 'manual';
	const executionId = options.executionId ?? String(Math.floor(Math.random() * 1e9));
	const workflow = new n8n.Workflow({ ...file, active: false, nodeTypes: nodeTypes(n8n, loader) });
	const hooks = new core.ExecutionLifecycleHooks(mode, executionId, workflowBase(file));
	if (options.beforeNode) hooks.addHandler('nodeExecuteBefore', options.beforeNode);
	if (options.afterNode) hooks.addHandler('nodeExecuteAfter', options.afterNode);
	const helper = credentialsHelper(n8n, loader, options.credentials);
	const additionalData = { ...baseData(executionId), credentialsHelper: helper, hooks };
	const execution = new core.WorkflowExecute(
		additionalData as unknown as IWorkflowExecuteAdditionalData,
		mode,
	);
	const parameterReads = countParameterReads(workflow);
	const first = startNode(file, options.start, mode);
	const pinData = options.input && { [first.name]: options.input.map((json) => ({ json })) };
	const run = await execution.run({ workflow, startNode: first, pinData });
	return resultOf(run, executionId, parameterReads());
}

/** Counts from now on; n8n resolves each parameter that a node reads with this one function. */
function countParameterReads({ expression }: Workflow): () => number {
	const resolve = expression.getParameterValue.bind(expression);
	let count = 0;
	expression.getParameterValue = (...args) => {
		count++;
		return resolve(...args);
	};
	return () => count;
}

/** What n8n's server would add; the addresses only have to be addresses. */
function baseData(executionId: string) {
	const address = 'http://127.0.0.1:5678/';
	return {
		executionId,
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: address,
		instanceBaseUrl: address,
		formBaseUrl: address,
		formWaitingBaseUrl: address,
		formTestBaseUrl: address,
		webhookBaseUrl: address,
		webhookWaitingBaseUrl: address,
		webhookTestBaseUrl: address,
		mcpBaseUrl: address,
		mcpTestBaseUrl: address,
		setExecutionStatus: () => undefined,
		logAiEvent: () => undefined,
	};
}

function workflowBase(file: WorkflowFile) {
	return {
		...file,
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: new Date(),
		updatedAt: new Date(),
	};
}

const MANUAL = 'n8n-nodes-base.manualTrigger';
const TRIGGERS = { manual: MANUAL, internal: MANUAL, trigger: 'n8n-nodes-base.scheduleTrigger' };

function startNode(file: WorkflowFile, name: string | undefined, mode: keyof typeof TRIGGERS): INode {
	const node = file.nodes.find((candidate) =>
		name === undefined ? candidate.type === TRIGGERS[mode] : candidate.name === name,
	);
	if (!node) throw new Error(`The workflow ${file.id} has no node ${name ?? TRIGGERS[mode]} to start at.`);
	return node;
}

function resultOf(run: IRun, executionId: string, parameterReads: number): EngineRun {
	const { runData, error } = run.data.resultData;
	return {
		status: run.status,
		error: error && {
			message: error.message,
			description: error.description ?? undefined,
			node: nodeOf(error),
		},
		executionId,
		parameterReads,
		runData,
		items: (nodeName, output = 0) =>
			(runData[nodeName] ?? []).flatMap((task) => (task.data?.main?.[output] ?? []).map((item) => item.json)),
	};
}

function nodeOf(error: object): string | undefined {
	return 'node' in error ? (error.node as INode | undefined)?.name : undefined;
}
