import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { rotateVault, type VaultRotation } from '../../../db/integrations/connect/rotate-vault';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { pairItem } from '../../adapter/items';
import { getKeyRing } from '../../adapter/key-ring';

/** Encrypts every stored token with the active key, once for all input items. Returns the counts as one item. */
export async function rotateVaultKey(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const { ring } = await getKeyRing(context);
	const dryRun = context.getNodeParameter('dryRun', 0, false) === true;
	const rotation = await rotateVault(await getDatabase(context), ring, {
		dryRun,
		onProgress: ({ connections, rotated, left }) =>
			context.logger.info(
				`Rotating the token key: ${connections} connections, ${rotated} rotated, ${left} busy.`,
			),
	});
	const type = rotation.left + rotation.unreadableCount > 0 ? 'warning' : 'info';
	addHint(context, { message: describeRotation(rotation), type });
	return [pairItem(rotation, 0)];
}

function describeRotation(rotation: VaultRotation): string {
	const { dryRun, left, rotated, unreadableCount } = rotation;
	const sentences = [
		dryRun
			? `${rotated} connections would be rotated. Nothing was changed.`
			: `${rotated} connections were rotated.`,
	];
	if (unreadableCount > 0)
		sentences.push(`The tokens of ${unreadableCount} cannot be opened; the item names them with the reason.`);
	if (left > 0) sentences.push(`${left} were busy until the end: execute this again.`);
	if (rotation.complete)
		sentences.push(
			'Every token is under the active key. Retired Keys are only needed for older backups now.',
		);
	return sentences.join(' ');
}
