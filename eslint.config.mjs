import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

/** From the bottom to the top: each imports from those before it alone. */
const LAYERS = [
	'db',
	'nodes/shared',
	'nodes/engine',
	'nodes/providers',
	'nodes/adapter',
	'nodes/!(shared|engine|providers|adapter)',
];
const ENGINE = ['contract', 'limits', 'http', 'read', 'connect'].map((room) => `nodes/engine/${room}`);
const DATABASE = [
	'postgres',
	'schema',
	'vault',
	'readers',
	'integrations',
	'clients',
	'leads',
	'runs',
	'rates',
	'load',
].map((room) => `db/${room}`);

/** Words that begin half a clause: a test's title is a statement of its own, with or without the `describe` around it. */
const HALF_CLAUSE =
	'/^(?:and|also|after|as|at|because|before|by|for|from|however|if|in|of|on|once|that|through|to|until|whatever|when|where|whose|with|without) /i';
const TITLED = ['callee.name', 'callee.object.name', 'callee.callee.object.name']
	.map((callee) => `[${callee}=/^(?:describe|it|test)$/]`)
	.join(', ');

/** Forbids imports of a layer from those above it. */
const onlyDownwards = (layers) =>
	layers.slice(0, -1).map((layer, index) => ({
		target: `./${layer}`,
		from: layers.slice(index + 1).map((above) => `./${above}/**`),
		message: 'Imports go one way: see docs/architecture.md.',
	}));

/** The package is for self-hosted n8n: it has run-time dependencies, and plain code outside the node files. */
export default [
	...configWithoutCloudSupport,
	{
		// `pg` and its kin are what the package exists for; n8n's installer brings them.
		files: ['package.json'],
		rules: { '@n8n/community-nodes/no-runtime-dependencies': 'off' },
	},
	{
		files: ['**/*.ts'],
		rules: {
			'import-x/no-cycle': ['error', { ignoreExternal: true }],
			'import-x/no-restricted-paths': ['error', { zones: [LAYERS, ENGINE, DATABASE].flatMap(onlyDownwards) }],
		},
	},
	{
		// What to do is a field of its own: a sentence found by its full stop would end at the first "Ltd.".
		files: ['db/**/*.ts', 'nodes/**/*.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				...['Literal[value=/[.!?] /]', 'TemplateElement[value.cooked=/[.!?] /]'].map((text) => ({
					selector: `NewExpression[callee.name='Error'] ${text}`,
					message: 'Use ExplainedError, with what to do as its hint.',
				})),
			],
		},
	},
	{
		// Plain code knows nothing of n8n; the node files turn its errors into n8n's own.
		files: ['db/**/*.ts', 'bin/**/*.ts', 'nodes/engine/**/*.ts', 'nodes/providers/**/*.ts', 'test/**/*.ts'],
		rules: { '@n8n/community-nodes/require-node-api-error': 'off' },
	},
	{
		// Untrusted files are read in a process of its own, which may fail without taking n8n with it.
		files: ['nodes/providers/manual/file/read-file.ts'],
		rules: { '@n8n/community-nodes/no-dangerous-functions': 'off' },
	},
	{
		// Tests start other processes: workers that are killed, n8n itself.
		files: ['test/**/*.ts'],
		rules: { '@n8n/community-nodes/no-dangerous-functions': 'off' },
	},
	{
		files: ['test/**/*.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				...[`Literal[value=${HALF_CLAUSE}]`, `TemplateLiteral[quasis.0.value.cooked=${HALF_CLAUSE}]`].map(
					(title) => ({
						selector: `CallExpression:matches(${TITLED}) > ${title}.arguments:first-child`,
						message: 'Begin a title with its subject or its verb.',
					}),
				),
			],
		},
	},
	{
		// Secrets in tests are made up, and look it.
		files: ['test/**/*.ts'],
		rules: { '@n8n/community-nodes/no-hardcoded-secrets': 'off' },
	},
	{
		// These speak to a terminal.
		files: ['bin/**/*.ts', 'test/**/*.ts'],
		rules: { 'no-console': 'off' },
	},
];
