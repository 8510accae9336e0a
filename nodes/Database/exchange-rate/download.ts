import { ExplainedError } from '../../../db/postgres/explained-error';
import { backoffMs, withJitter } from '../../engine/http/backoff';
import type { Clock } from '../../engine/contract/ports';
import { ReplyTooLarge, type HttpClient, type HttpReply } from '../../engine/contract/http';
import { retryAfterMs } from '../../engine/limits/retry-after';
import { send } from '../../engine/http/send';
import { excerpt } from '../../shared/text';

/** What a download needs. */
export interface DownloadTools {
	http: HttpClient;
	clock: Clock;
	signal?: AbortSignal;
	timeoutMs?: number;
}

/** How to interpret a bank's responses. */
export interface Bank {
	name: string;
	/** The status that means there is no data. */
	nothing?: number;
	/** What to do about a status that a retry does not fix. */
	refusals?: Readonly<Record<number, string>>;
}

const MAX_ATTEMPTS = 4;
const TIMEOUT_MS = 60_000;
const MAX_WAIT_MS = 120_000;

/** Transient: too many requests, a timeout, a server error. */
const passes = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * Downloads a bank's file as text and retries transient failures; undefined if the bank has no such data.
 * @throws Error that says what happened and what to do
 */
export async function download(
	connection: DownloadTools,
	bank: Bank,
	url: string,
): Promise<string | undefined> {
	for (let tries = 1; ; tries++) {
		const reply = await tryOnce(connection, url);
		if (!(reply instanceof Error) && !passes(reply.status)) return readFile(reply, bank, url);
		const wait = choosePause(connection.clock, reply, tries);
		if (reply instanceof ReplyTooLarge) throw tooLarge(bank, reply, url);
		if (tries === MAX_ATTEMPTS || wait > MAX_WAIT_MS) throw unanswered(bank, reply, url);
		await connection.clock.sleep(wait, connection.signal);
	}
}

async function tryOnce({ http, signal, timeoutMs }: DownloadTools, url: string): Promise<HttpReply | Error> {
	try {
		const headers = { accept: 'text/csv, */*;q=0.5' };
		return await send(http, { method: 'GET', url, headers, timeoutMs: timeoutMs ?? TIMEOUT_MS, signal });
	} catch (error) {
		signal?.throwIfAborted();
		return error instanceof Error ? error : new Error(String(error));
	}
}

function choosePause({ now, random }: Clock, reply: HttpReply | Error, tries: number): number {
	const asked = reply instanceof Error ? undefined : retryAfterMs(reply.headers['retry-after'], now());
	return asked === undefined ? backoffMs(tries, random) : withJitter(asked, random);
}

/** In characters: it comes from outside. */
const MAX_ADDRESS = 200;

function readFile({ status, headers, body }: HttpReply, bank: Bank, url: string): string | undefined {
	if (status === 200) return body;
	if (status === bank.nothing) return undefined;
	const moved = headers.location ? `It points to ${excerpt(headers.location, MAX_ADDRESS)}. ` : '';
	const advice = bank.refusals?.[status] ?? `Check Base URL; the request was for ${url}.`;
	throw new ExplainedError(
		`${bank.name} responded with status ${status} instead of its rates.`,
		`${moved}${advice}`,
	);
}

function tooLarge({ name }: Bank, { message }: ReplyTooLarge, url: string): Error {
	return new ExplainedError(
		`The response of ${name} is too large: ${message}.`,
		`Check Base URL, or load fewer days. The request was for ${url}.`,
	);
}

function unanswered(bank: Bank, reply: HttpReply | Error, url: string): Error {
	const advice = `Wait for the next run, or check the network and Base URL. The request was for ${url}.`;
	if (!(reply instanceof Error)) {
		const what = `did not return its rates in ${MAX_ATTEMPTS} attempts: status ${reply.status}`;
		return new ExplainedError(`${bank.name} ${what}.`, advice);
	}
	// Not in the first sentence: n8n replaces a title that contains a network error code by a stock sentence.
	const { host } = new URL(url);
	return new ExplainedError(
		`${bank.name} could not be reached (${host}).`,
		`${MAX_ATTEMPTS} attempts failed (${reply.message}). ${advice}`,
	);
}
