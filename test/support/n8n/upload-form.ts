import { setTimeout as wait } from 'node:timers/promises';

import type { N8nServer } from './real-n8n';

export interface Upload {
	file: File;
	tenant: string;
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

/** Fills in a form of n8n and sends it as its page does, then waits for the page that ends it. */
export async function upload(server: N8nServer, path: string, fields: Upload): Promise<ResultPage> {
	const address = `${server.url}/form/${path}`;
	await untilServed(address);
	const body = new FormData();
	const { file, tenant, numberFormat = '1,234.56', dateFormat = 'YYYY-MM-DD', separator = 'Comma' } = fields;
	for (const [index, value] of [file, tenant, numberFormat, dateFormat, separator].entries()) {
		body.set(`field-${index}`, value);
	}
	const reply = await fetch(address, { method: 'POST', body });
	const answer = (await reply.json()) as { formWaitingUrl: string };
	return await resultPage(answer.formWaitingUrl);
}

/** A published workflow's form is there some seconds after the server. */
async function untilServed(address: string): Promise<void> {
	for (let tries = 0; tries < 120; tries++) {
		if ((await fetch(address)).ok) return;
		await wait(500);
	}
	throw new Error(`There is no form at ${address}.`);
}

async function resultPage(waitingUrl: string, seconds = 180): Promise<ResultPage> {
	const status = new URL(waitingUrl);
	status.pathname += '/n8n-execution-status';
	for (let tries = 0; tries < seconds * 4; tries++) {
		// A server that is busy with a large file may cut the connection; the form's page asks again as well.
		const reply = await fetch(status).catch(() => undefined);
		const text = ((await reply?.text()) ?? '').trim();
		if (text === 'form-waiting') return pageOf(await (await fetch(waitingUrl)).text());
		if (text === 'error' || text === 'crashed') throw new Error('The execution of the form failed.');
		await wait(250);
	}
	throw new Error(`The form did not end within ${seconds} s.`);
}

function pageOf(html: string): ResultPage {
	const [, title = '', message = ''] = /<h1>([\s\S]*?)<\/h1>\s*<p[^>]*>([\s\S]*?)<\/p>/.exec(html) ?? [];
	return { title: shown(title), lines: shown(message).split('\n').filter(Boolean), html };
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
