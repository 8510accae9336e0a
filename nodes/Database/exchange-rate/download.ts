import { backoffMs, withJitter } from '../../engine/http/backoff';
import type { Clock } from '../../engine/contract/ports';
import { ReplyTooLarge, type HttpClient, type HttpReply } from '../../engine/contract/http';
import { retryAfterMs } from '../../engine/limits/retry-after';
import { send } from '../../engine/http/send';

/** What a download needs. */
export interface Connection {
	http: HttpClient;
	clock: Clock;
	signal?: AbortSignal;
	timeoutMs?: number;
}

/** What the answers of a bank mean besides its file. */
export interface Bank {
	name: string;
	/** Its status for "there is nothing of that". */
	nothing?: number;
	/** What a person can do about a status that trying again does not mend. */
	refusals?: Readonly<Record<number, string>>;
}

const TRIES = 4;
const TIMEOUT_MS = 60_000;
const MAX_WAIT_MS = 120_000;

/** Passing by itself: too many requests, a time-out, trouble of the server's own. */
const passes = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * A bank's file as text, after several tries where the trouble may pass; undefined where it has nothing of that.
 * @throws Error that says what happened and what to do
 */
export async function download(connection: Connection, bank: Bank, url: string): Promise<string | undefined> {
	for (let tries = 1; ; tries++) {
		const reply = await tryOnce(connection, url);
		if (!(reply instanceof Error) && !passes(reply.status)) return readFile(reply, bank, url);
		const wait = choosePause(connection.clock, reply, tries);
		if (reply instanceof ReplyTooLarge) throw tooLarge(bank, reply, url);
		if (tries === TRIES || wait > MAX_WAIT_MS) throw unanswered(bank, reply, url);
		await connection.clock.sleep(wait, connection.signal);
	}
}

async function tryOnce({ http, signal, timeoutMs }: Connection, url: string): Promise<HttpReply | Error> {
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

function readFile({ status, headers, body }: HttpReply, bank: Bank, url: string): string | undefined {
	if (status === 200) return body;
	if (status === bank.nothing) return undefined;
	const moved = headers.location ? ` It points to ${headers.location}.` : '';
	const advice = bank.refusals?.[status] ?? `Check Base URL; what was asked for is ${url}.`;
	throw new Error(`${bank.name} answered with status ${status} instead of its rates.${moved} ${advice}`);
}

function tooLarge({ name }: Bank, { message }: ReplyTooLarge, url: string): Error {
	return new Error(
		`${name} answered too much: ${message}. Check Base URL, or load fewer days. What was asked for is ${url}.`,
	);
}

function unanswered(bank: Bank, reply: HttpReply | Error, url: string): Error {
	const what = reply instanceof Error ? `no answer (${reply.message})` : `status ${reply.status}`;
	return new Error(
		`${bank.name} could not give its rates after ${TRIES} tries: ${what}. Let the next run try again, or check Base URL. What was asked for is ${url}.`,
	);
}
