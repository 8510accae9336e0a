import { keyRing, type KeyRing, type KeyRingFields } from '../db/vault/key-ring';
import type { Invocation } from './invocation';

/** In characters: more than any ring has. */
const MAX_INPUT = 65_536;

/**
 * The vault's keys, from the environment or else as JSON from standard input: arguments are seen in the list of
 * processes and kept in the shell's history.
 * @throws Error that never quotes what was given
 */
export async function readKeyRing(invocation: Invocation): Promise<KeyRing> {
	return readKeyRingFromEnvironment(invocation) ?? keyRing(parseFields(await readInput(invocation)));
}

/** The keys for a command that reads something else from standard input. */
export function requireKeyRingFromEnvironment(invocation: Invocation): KeyRing {
	const ring = readKeyRingFromEnvironment(invocation);
	if (ring) return ring;
	throw new Error(`No key was given. Set ${NAMES}.`);
}

const NAMES = 'ZIXLY_ACTIVE_KEY_ID, ZIXLY_ACTIVE_KEY and, for earlier keys, ZIXLY_RETIRED_KEYS';

function readKeyRingFromEnvironment({ environment }: Invocation): KeyRing | undefined {
	const { ZIXLY_ACTIVE_KEY_ID: activeKeyId, ZIXLY_ACTIVE_KEY: activeKey } = environment;
	if (!activeKeyId && !activeKey) return undefined;
	return keyRing({
		activeKeyId: activeKeyId ?? '',
		activeKey: activeKey ?? '',
		// Some shells and service managers cannot set a value of several lines.
		retiredKeys: environment.ZIXLY_RETIRED_KEYS?.trim().replaceAll(/\s+/g, '\n'),
	});
}

async function readInput({ input }: Invocation): Promise<string> {
	if ('isTTY' in input && input.isTTY) throw new Error(NO_KEY);
	let text = '';
	for await (const chunk of input) {
		text += String(chunk);
		if (text.length > MAX_INPUT) throw new Error(`Standard input is too long for keys. ${FORM}`);
	}
	if (text.trim() === '') throw new Error(NO_KEY);
	return text;
}

const FORM = 'It must be one JSON object: {"activeKeyId": …, "activeKey": …, "retiredKeys": "id:base64"}.';
const NO_KEY = `No key was given. Set ${NAMES}, or give the keys on standard input. ${FORM}`;

function parseFields(text: string): KeyRingFields {
	const fields = parseObject(text);
	const { activeKeyId, activeKey, retiredKeys = '' } = fields;
	for (const value of [activeKeyId, activeKey, retiredKeys])
		if (typeof value !== 'string') throw new Error(`Standard input does not hold the keys. ${FORM}`);
	return { activeKeyId, activeKey, retiredKeys } as KeyRingFields;
}

function parseObject(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
	} catch {
		// The parser's message would quote the text.
	}
	throw new Error(`Standard input cannot be read. ${FORM}`);
}
