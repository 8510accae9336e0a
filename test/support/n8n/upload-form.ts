import { setTimeout as wait } from 'node:timers/promises';

import type { N8nServer } from './real-n8n';

export interface Upload {
	file: File;
	/** As the list has it; by default the one that the page has chosen. */
	tenant?: string;
	/** The tenant that the link is for. */
	link?: string;
	numberFormat?: string;
	dateFormat?: string;
	separator?: string;
}

/** What the person sees in the end. */
export interface ResultPage {
	title: string;
	lines: string[];
	html: string;
}

/** Fills in both pages of the form and sends them as they do, then waits for the page that ends it. */
export async function upload(server: N8nServer, path: string, fields: Upload): Promise<ResultPage> {
	const second = await openFilePage(server, path, fields);
	const { file, tenant = second.chosen } = fields;
	const body = new FormData();
	for (const { id, value } of second.hidden) body.set(id, value);
	body.set('field-0', tenant);
	body.set('field-1', file);
	await fetch(second.url, { method: 'POST', body });
	return readResult(await nextPage(second.url));
}

/** The second page: where it is, the tenants that it offers, and which one is chosen. */
export interface FilePage {
	url: string;
	html: string;
	tenants: string[];
	chosen: string;
	hidden: Array<{ id: string; value: string }>;
}

/** Sends the first page, about how the file is written, and reads the second one. */
export async function openFilePage(
	server: N8nServer,
	path: string,
	{ link, numberFormat = '1,234.56', dateFormat = 'YYYY-MM-DD', separator = 'Comma' }: Partial<Upload>,
): Promise<FilePage> {
	const address = `${server.url}/form/${path}${link ? `?tenant=${encodeURIComponent(link)}` : ''}`;
	await untilServed(address);
	const body = new FormData();
	for (const [index, value] of ['', numberFormat, dateFormat, separator, link ?? ''].entries())
		body.set(`field-${index}`, value);
	const reply = await fetch(address, { method: 'POST', body });
	const { formWaitingUrl: url } = (await reply.json()) as { formWaitingUrl: string };
	const html = await nextPage(url);
	const all = (pattern: RegExp): RegExpExecArray[] => [...html.matchAll(pattern)];
	return {
		url,
		html,
		tenants: all(/<option value='([^']+)'/g).map(([, value]) => shown(value!)),
		chosen: shown(/<option value='([^']+)' selected>/.exec(html)?.[1] ?? ''),
		hidden: all(/<input type="hidden" id="(field-\d+)" name="[^"]+" value="([^"]*)"/g).map(
			([, id, value]) => ({ id: id!, value: shown(value!) }),
		),
	};
}

/** A published workflow's form is there some seconds after the server. */
async function untilServed(address: string): Promise<void> {
	for (let tries = 0; tries < 120; tries++) {
		if ((await fetch(address)).ok) return;
		await wait(500);
	}
	throw new Error(`There is no form at ${address}.`);
}

/** Waits as the page's script does until the form has a next page; resolves to its HTML. */
async function nextPage(waitingUrl: string, seconds = 180): Promise<string> {
	const status = new URL(waitingUrl);
	status.pathname += '/n8n-execution-status';
	for (let tries = 0; tries < seconds * 4; tries++) {
		// A server that is busy with a large file may cut the connection; the form's page asks again as well.
		const reply = await fetch(status).catch(() => undefined);
		const text = ((await reply?.text()) ?? '').trim();
		if (text === 'form-waiting') return await (await fetch(waitingUrl)).text();
		if (text === 'error' || text === 'crashed') throw new Error('The execution of the form failed.');
		await wait(250);
	}
	throw new Error(`The form did not go on within ${seconds} s.`);
}

/** The lines of the last page: paragraphs, entries of lists, and rows of the table as "row: what is wrong". */
function readResult(html: string): ResultPage {
	const [, title = '', message = ''] = /<h1>([\s\S]*?)<\/h1>([\s\S]*?)<\/section>/.exec(html) ?? [];
	const text = message
		.replace(/<\/t[dh]><t[dh]>/g, ': ')
		.replace(/<\/(?:p|li|tr|h2)>/g, '\n')
		.replace(/<[^>]*>/g, '');
	return {
		title: shown(title),
		lines: shown(text)
			.split('\n')
			.map((line) => line.trim())
			.filter(Boolean),
		html,
	};
}

/** Entities as a browser shows them. */
const shown = (text: string): string =>
	text
		.replace(/&#x([\da-f]+);/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&quot;', '"')
		.replaceAll('&amp;', '&')
		.trim();
