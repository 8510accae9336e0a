import type {
	ICredentialType,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeType,
} from 'n8n-workflow';

type Option = INodePropertyOptions | INodeProperties | INodePropertyCollection;

/** Every text, label, default and hint of the nodes and credentials, as the page docs/panels.md. */
export function renderPanels(nodes: readonly INodeType[], credentials: readonly ICredentialType[]): string {
	const lines = [
		...HEAD,
		...nodes.flatMap(renderNode),
		...credentials.flatMap(({ displayName, properties }) => [
			`## Credential: ${displayName}`,
			'',
			...properties
				.filter(({ type }) => type !== 'hidden')
				.flatMap((property) => renderProperty(property, 0)),
			'',
		]),
	];
	return `${lines.join('\n').trimEnd()}\n`;
}

const HEAD = [
	'# Every text of the panels',
	'',
	'What the editor shows of each node and credential, generated from the code by `npx jest test/unit/panels/page.test.ts -u`. Review a changed text here.',
	'The pages of the [nodes](index.md#nodes) explain them.',
	'',
];

function renderNode({ description }: INodeType): string[] {
	const { displayName, description: text, outputNames, hints = [], properties } = description;
	return [
		`## Node: ${displayName}`,
		'',
		text,
		'',
		...(outputNames ? [`- Outputs: ${outputNames.join(', ')}`] : []),
		...hints.map(({ message }) => `- Hint: ${plain(message)}`),
		...properties.filter(({ type }) => type !== 'hidden').flatMap((property) => renderProperty(property, 0)),
		'',
	];
}

function renderProperty(property: INodeProperties, depth: number): string[] {
	const { displayName, type, required, description, hint, placeholder } = property;
	const facts = [
		type === 'notice' ? 'notice' : `${type}${required ? ', required' : ''}`,
		...renderDefault(property),
		...(placeholder ? [`placeholder “${plain(placeholder)}”`] : []),
		...renderConditions(property),
	];
	const texts = [description, hint && `Hint: ${hint}`].filter(Boolean).map((text) => plain(text!));
	return [
		`${'  '.repeat(depth)}- **${plain(displayName)}** (${facts.join('; ')})${texts.map((text) => ` ${text}`).join('')}`,
		...((property.options ?? []) as Option[]).flatMap((option) => renderOption(option, depth + 1)),
	];
}

function renderOption(option: Option, depth: number): string[] {
	if ('type' in option) return renderProperty(option, depth);
	if ('values' in option) return option.values.flatMap((one) => renderProperty(one, depth));
	const { name, description, action } = option;
	const texts = [description, action && `Action: ${action}`].filter(Boolean).map((text) => plain(text!));
	return [`${'  '.repeat(depth)}- _${plain(name)}_${texts.map((text) => ` ${text}`).join('')}`];
}

/** The choice in words, or the plain value. Collections are empty, and lists have nothing chosen. */
function renderDefault({ type, default: preset, options = [] }: INodeProperties): string[] {
	if (preset === '' || typeof preset === 'object' || type === 'notice') return [];
	const chosen = (options as INodePropertyOptions[]).find(({ value }) => value === preset);
	return [`default ${chosen ? `_${plain(chosen.name)}_` : `\`${String(preset)}\``}`];
}

function renderConditions({ displayOptions = {} }: INodeProperties): string[] {
	return Object.entries(displayOptions).flatMap(([way, fields]) =>
		Object.entries(fields as Record<string, unknown[]>).map(
			([name, values]) => `${way === 'hide' ? 'not ' : ''}for \`${name}\` ${values.map(String).join(', ')}`,
		),
	);
}

/** Without what Markdown would take for its own. */
const plain = (text: string): string =>
	text
		.replace(/<[^>]+>/g, '')
		.replace(/\s+/g, ' ')
		.replace(/([*_<>[\]{}|])/g, '\\$1');
