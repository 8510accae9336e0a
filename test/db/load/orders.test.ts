import { expect, it } from '@jest/globals';

import type { LoadClient, LoadDeletion } from '../../../db/load/input';
import { randomFrom, type Random } from '../../sandbox/core/random';
import { useDatabase } from '../../support/database/use-database';
import { dealGone, dealRows, entriesOf, funnelOf, PORTAL, type DealCopy } from '../../support/database/leads';
import { loadTarget } from '../../support/database/loading';
import { expectWithMessage } from '../../support/expect/expectations';

/** Enough that a rule which holds only for some orders shows; each order is a tenant of its own. */
const ORDERS = 200;

const STAGES = ['A', 'B', 'C', 'D', 'E', 'F'];
const STATUSES = ['active', 'won', 'lost'];
const CLIENTS: LoadClient[] = [
	PORTAL,
	{ externalId: 'portal:7', clientName: 'Bakery', industry: null },
	{ externalId: 'portal:8', clientName: 'Brewery', industry: null },
];

const database = useDatabase();

const at = (day: number): string => `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const pick = <T>(random: Random, all: readonly T[]): T => all[random.between(0, all.length - 1)]!;

/** A deal as it was each time that it was changed, oldest first; it never leaves a stage's entry behind. */
function lifeOf(lead: string, random: Random): DealCopy[] {
	const versions = random.between(1, 4);
	return Array.from({ length: versions }, (_, index) => ({
		lead,
		version: at(index + 1),
		stages: STAGES.slice(0, index + 1 + random.between(0, 1)),
		status: pick(random, STATUSES),
		value: `${random.between(0, 999)}.00`,
		client: pick(random, CLIENTS),
	})).map((copy, index, all) => ({
		...copy,
		stages: STAGES.slice(0, Math.max(...all.slice(0, index + 1).map(({ stages }) => stages.length))),
	}));
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
	const left = [...all];
	return all.map(() => left.splice(random.between(0, left.length - 1), 1)[0]!);
}

/** Some come again, as on overlapping pages. */
const repeated = <T>(all: readonly T[], random: Random): T[] => [
	...all,
	...all.filter(() => random.chance(0.4)),
];

function inChunks<T>(all: readonly T[], random: Random): T[][] {
	const chunks: T[][] = [[]];
	for (const one of all) {
		if (random.chance(0.35)) chunks.push([]);
		chunks.at(-1)!.push(one);
	}
	return chunks;
}

/** What the tables must hold, said from the last version alone. */
function expectedOf(lives: readonly DealCopy[][], gone: ReadonlySet<string>): string[] {
	return lives.flatMap((life) => {
		const { lead, stages, status, value, client } = life.at(-1)!;
		const owner = client!.externalId;
		return stages.map((stage, index) => {
			const isLatest = index === stages.length - 1;
			if (!isLatest) return [owner, lead, stage, 'passed', '-'].join(' ');
			return [owner, lead, stage, gone.has(lead) ? 'deleted' : status, value].join(' ');
		});
	});
}

it(`ends in the same tables in each of ${ORDERS} orders of pages, shuffled, repeated and cut at random`, async () => {
	for (let order = 0; order < ORDERS; order++) {
		const random = randomFrom(`orders/${order}`);
		const lives = ['1', '2', '3', '4'].map((lead) => lifeOf(lead, random));
		const gone = new Set(lives.filter(() => random.chance(0.3)).map((life) => life[0]!.lead));
		const deletions = [...gone].map((lead) => dealGone(lead, at(20)));
		const target = await loadTarget(database, `Order ${order}`, 'hubspot');
		for (const copies of inChunks(shuffled(repeated(lives.flat(), random), random), random)) {
			await target.load(copies.flatMap(dealRows));
		}
		for (const chunk of inChunks<LoadDeletion>(shuffled(repeated(deletions, random), random), random)) {
			await target.load([], { deletions: chunk });
		}
		expectWithMessage(await funnelOf(database, target.tenantId), `order ${order}`).toEqual(
			expectedOf(lives, gone),
		);
		await expectNothingWritten(target, lives, gone);
	}
});

/** What is right already is not written again, the last version of each deal that is still there. */
async function expectNothingWritten(
	target: Awaited<ReturnType<typeof loadTarget>>,
	lives: readonly DealCopy[][],
	gone: ReadonlySet<string>,
): Promise<void> {
	const written = async () => (await entriesOf(database, target.tenantId)).map((entry) => entry.written);
	const before = await written();
	await target.load(
		lives.filter(([first]) => !gone.has(first!.lead)).flatMap((life) => dealRows(life.at(-1)!)),
	);
	expect(await written()).toEqual(before);
}
