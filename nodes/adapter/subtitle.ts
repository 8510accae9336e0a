import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { getProviderName, getStreamName, providers, streams } from '../providers/registry';

/** Part of a subtitle's expression: the text for the value of a parameter, empty for other values. */
export const chooseText = (parameter: string, texts: Readonly<Record<string, string>>): string =>
	`((${JSON.stringify(texts)})[$parameter[${JSON.stringify(parameter)}]] ?? "")`;

/** What people call the providers, and uploads. */
export const PROVIDER_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
	[...Object.keys(providers), 'manual'].map((key) => [key, getProviderName(key)]),
);

/** What people call the streams, by key. */
export const STREAM_NAMES: Readonly<Record<string, string>> = {
	...Object.fromEntries(
		[...streams].flatMap(([provider, ofProvider]) =>
			Object.keys(ofProvider).map((key) => [key, getStreamName(provider, key)]),
		),
	),
	customMetrics: getStreamName('manual', 'customMetrics'),
};

/** The subtitle of a node with resources: the action of the chosen operation in Title Case. */
export function operationSubtitle(properties: readonly INodeProperties[]): string {
	const names = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options = [] }) => {
			const [resource] = (displayOptions?.show?.resource ?? []) as string[];
			return (options as INodePropertyOptions[]).map(({ value, name, action }) => [
				`${resource}:${value}`,
				toTitleCase(action ?? name),
			]);
		});
	return `={{ (${JSON.stringify(Object.fromEntries(names))})[$parameter["resource"] + ":" + $parameter["operation"]] ?? "" }}`;
}

/** Words that stay in lower case within a title. */
const SMALL = new Set(['a', 'an', 'and', 'for', 'from', 'of', 'the', 'to']);

const toTitleCase = (text: string): string =>
	text
		.split(' ')
		.map((word, index) =>
			index > 0 && SMALL.has(word) ? word : word.slice(0, 1).toUpperCase() + word.slice(1),
		)
		.join(' ');
