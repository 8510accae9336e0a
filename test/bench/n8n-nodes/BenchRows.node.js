// Loaded by the real n8n as a custom node (N8N_CUSTOM_EXTENSIONS): gives the rows that the bench has written to a file.
const { readFileSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

const { Client } = require('pg');

class BenchRows {
	constructor() {
		this.description = {
			displayName: 'Bench Rows',
			name: 'benchRows',
			group: ['input'],
			version: 1,
			description: 'Gives the rows of a file',
			defaults: { name: 'Bench Rows' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [
				{ displayName: 'Rows File', name: 'rowsFile', type: 'string', default: '' },
				{ displayName: 'Start File', name: 'startFile', type: 'string', default: '' },
				{ displayName: 'Take Run', name: 'takeRun', type: 'string', default: '' },
				{ displayName: 'Database URL', name: 'databaseUrl', type: 'string', default: '' },
			],
		};
	}

	async execute() {
		const rows = JSON.parse(readFileSync(this.getNodeParameter('rowsFile', 0), 'utf8'));
		const items = rows.map((json) => ({ json, pairedItem: { item: 0 } }));
		await takeRun(this);
		collectGarbage();
		writeFileSync(this.getNodeParameter('startFile', 0), JSON.stringify({ at: Date.now() }));
		return [items];
	}
}

/** The run was opened before this execution was known. */
async function takeRun(context) {
	const statement = context.getNodeParameter('takeRun', 0);
	if (!statement) return;
	const client = new Client({ connectionString: context.getNodeParameter('databaseUrl', 0) });
	await client.connect();
	await client.query(statement, [`${context.getInstanceId()}:${context.getExecutionId()}`]);
	await client.end();
}

/** So that the node after this one, whichever it is, does not pay for what reading the file has left behind. */
function collectGarbage() {
	setFlagsFromString('--expose-gc');
	runInNewContext('gc')();
}

module.exports = { BenchRows };
