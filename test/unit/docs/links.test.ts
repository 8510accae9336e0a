import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, normalize, relative } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';

const REPOSITORY = 'https://github.com/zixly/n8n-nodes-zixly';

const read = (path: string): string => readFileSync(join(CHECKOUT, path), 'utf8');

const listFiles = (folder: string, extension: string): string[] =>
	readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith(extension))
		.map((name) => join(folder, name));

const PAGES = [
	...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
	...listFiles('docs', '.md'),
].sort();

/** Without what is shown as code: a link in there is none. */
const withoutCode = (markdown: string): string =>
	markdown.replace(/^ *```[^]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, 'code');

/** The anchors that GitHub gives a page's headings: repeated ones are numbered. */
function listAnchors(markdown: string): Set<string> {
	const seen = new Map<string, number>();
	const headings = markdown.replace(/^ *```[^]*?^ *```$/gm, '').match(/^#{1,6} .+$/gm) ?? [];
	return new Set(
		headings.map((heading) => {
			const text = heading.replace(/^#+ /, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
			const slug = text
				.toLowerCase()
				.replace(/[^\p{L}\p{N}\s_-]/gu, '')
				.trim()
				.replace(/\s/g, '-');
			const count = seen.get(slug) ?? 0;
			seen.set(slug, count + 1);
			return count === 0 ? slug : `${slug}-${count}`;
		}),
	);
}

/** The targets of links and pictures in a page that lead into this repository. */
function listTargets(path: string): string[] {
	const targets = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
	return targets.filter((target) => !/^(?:https?:|mailto:)/.test(target) || target.startsWith(REPOSITORY));
}

/** What is wrong with a link to a path of the repository; undefined where it leads somewhere. */
function findFault(path: string, anchor: string): string | undefined {
	const file = join(CHECKOUT, path);
	if (relative(CHECKOUT, file).startsWith('..') || !statSync(file, { throwIfNoEntry: false }))
		return `there is no ${path}`;
	if (anchor === '') return undefined;
	if (extname(path) !== '.md') return `${path} has no headings`;
	return listAnchors(read(path)).has(anchor) ? undefined : `${path} has no heading "${anchor}"`;
}

function findFaultOfLink(page: string, target: string): string | undefined {
	if (target.startsWith('http')) return findFaultOfUrl(target);
	const [path = '', anchor = ''] = decodeURI(target).split('#');
	return findFault(path === '' ? page : normalize(join(dirname(page), path)), anchor);
}

/** Of an address at GitHub: a file of the branch main, or the repository itself, which shows the README. */
function findFaultOfUrl(url: string): string | undefined {
	const [address = '', anchor = ''] = url.slice(REPOSITORY.length).split('#');
	if (address === '') return findFault('README.md', anchor);
	const path = /^\/(?:blob|tree)\/main\/(.+)$/.exec(address)?.[1];
	return path === undefined ? undefined : findFault(path, anchor);
}

describe('the pages', () => {
	it.each(PAGES)('%s has only links that lead somewhere', (page) => {
		const faults = listTargets(page).flatMap((target) => {
			const fault = findFaultOfLink(page, target);
			return fault === undefined ? [] : [`${target}: ${fault}`];
		});
		expect(faults).toEqual([]);
	});

	it('are all reached from the README', () => {
		const reached = new Set<string>();
		const queue = ['README.md'];
		for (let page = queue.pop(); page !== undefined; page = queue.pop()) {
			if (reached.has(page)) continue;
			reached.add(page);
			const linked = listTargets(page)
				.filter((target) => !target.startsWith('http'))
				.map((target) => target.split('#')[0]!)
				.filter((target) => target.endsWith('.md'));
			queue.push(...linked.map((target) => normalize(join(dirname(page), target))));
		}
		expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
	});

	it('show every picture of docs/images, each with words for those who do not see it', () => {
		const shown = PAGES.flatMap((page) =>
			[...withoutCode(read(page)).matchAll(/!\[([^\]]*)\]\(([^)\s]+\.png)\)/g)].map(([, alt, path]) => ({
				alt: alt!,
				path: normalize(join(dirname(page), path!)),
			})),
		);
		expect(shown.map(({ path }) => path).sort()).toEqual(listFiles('docs/images', '.png').sort());
		expect(shown.filter(({ alt }) => alt.length < 20)).toEqual([]);
	});

	it('are short enough to read: the README 150 lines, the others 250', () => {
		const long = PAGES.filter((page) => page !== 'CHANGELOG.md' && page !== GENERATED).filter(
			(page) => read(page).split('\n').length > (page === 'README.md' ? 151 : 251),
		);
		expect(long).toEqual([]);
	});
});

/** To look something up in, not to read. */
const GENERATED = 'docs/panels.md';

describe('the addresses of documentation in the product', () => {
	const codex = listFiles('nodes', '.node.json').map((path) => [path, read(path)] as const);
	const credentials = listFiles('credentials', '.ts').map((path) => [path, read(path)] as const);
	const addresses = [...codex, ...credentials].flatMap(([path, text]) =>
		[...text.matchAll(/https:\/\/[^\s"']+/g)]
			.map(([url]) => url)
			.filter((url) => url.startsWith(REPOSITORY))
			.map((url) => [path, url] as const),
	);

	it('are there for every node and credential', () => {
		const named = new Set(addresses.map(([path]) => path));
		expect([...codex, ...credentials].map(([path]) => path).filter((path) => !named.has(path))).toEqual([]);
		expect(addresses.length).toBeGreaterThanOrEqual(codex.length * 2 + credentials.length);
	});

	it.each(addresses)('%s: %s', (_path, url) => {
		expect(url).toContain('/blob/main/docs/');
		expect(findFaultOfUrl(url)).toBeUndefined();
	});
});

describe('the check itself', () => {
	it('finds a missing file, a missing heading, and a way out of the repository', () => {
		expect(findFaultOfLink('README.md', 'docs/no-such-page.md')).toBe('there is no docs/no-such-page.md');
		expect(findFaultOfLink('docs/index.md', 'glossary.md#no-such-heading')).toContain('no heading');
		expect(findFaultOfLink('docs/index.md', '#the-first-sync')).toBeUndefined();
		expect(findFaultOfLink('README.md', '../elsewhere.md')).toContain('there is no');
		expect(findFaultOfUrl(`${REPOSITORY}#no-such-heading`)).toContain('no heading');
	});

	it('names headings as GitHub does', () => {
		const page =
			'# One & two\n## `rate_missing`\n## Get Many (rejected records)\n## Same\n## Same\n```\n# code\n```';
		expect([...listAnchors(page)]).toEqual([
			...['one--two', 'rate_missing', 'get-many-rejected-records', 'same', 'same-1'],
		]);
	});
});
