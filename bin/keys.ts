import { getPool } from '../db/postgres/pool';
import { generateKey } from '../db/vault/key-ring';
import type { Rotation } from '../db/vault/rotation';
import { rotateVault } from '../db/integrations/connect/rotate-vault';
import { readDatabaseSettings, type Invocation } from './invocation';
import { readKeyRing } from './key-ring';

export async function runKeyGenerate({ say }: Invocation): Promise<object> {
	say('Enter both in the credential "Zixly Token Key API": id as Active Key ID, key as Active Key.');
	say('Keep a copy in a safe place: without the key no stored token can be read again.');
	return generateKey();
}

export async function runKeyRotate(invocation: Invocation): Promise<object> {
	const { flags, say } = invocation;
	const settings = readDatabaseSettings(invocation);
	const ring = await readKeyRing(invocation);
	const onProgress = ({ connections, rotated, left }: Readonly<Rotation>): void =>
		say(`${connections} connections so far, ${rotated} rotated, ${left} to be visited again.`);
	const rotation = await rotateVault(getPool(settings), ring, { dryRun: flags['dry-run'], onProgress });
	for (const { integrationId, provider, reason } of rotation.unreadable)
		say(`The tokens of ${integrationId} (${provider}) cannot be opened. ${reason}`);
	say(describeRotation(rotation));
	return { ok: rotation.left === 0 && rotation.unreadableCount === 0, ...rotation };
}

function describeRotation(rotation: Rotation): string {
	const { activeKeyId, connections, current, dryRun, left, rotated, unreadableCount } = rotation;
	const counts = `${rotated} ${dryRun ? 'would be rotated' : 'rotated'}, ${current} under the key "${activeKeyId}" already`;
	const rest = `${unreadableCount} that cannot be opened, ${left} busy`;
	const next = rotation.complete
		? 'The retired keys are only needed to open older backups now.'
		: dryRun
			? 'Nothing was changed.'
			: 'Run the command again, and keep the retired keys until then.';
	return `${connections} connections with a token: ${counts}, ${rest}. ${next}`;
}
