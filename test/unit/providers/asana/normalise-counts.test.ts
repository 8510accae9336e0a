import { describe, expect, it } from '@jest/globals';

import { localDay } from '../../../sandbox/asana/calendar';
import { catalogue } from '../../../sandbox/asana/catalogue';
import type { Project, Task, Workspace } from '../../../sandbox/asana/model';
import { projectJson, taskJson } from '../../../sandbox/asana/resources';
import { medianCycleOf, totalsOf } from '../../../sandbox/asana/totals';
import { randomFrom, type Random } from '../../../sandbox/core/random';
import { normalised, rowOf, valuesByDay } from './records';

const ZONES = [
	...[
		'Australia/Sydney',
		'Australia/Perth',
		'Pacific/Auckland',
		'Etc/UTC',
		'Africa/Cairo',
		'Atlantic/Azores',
	],
	...['America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Kiritimati', 'Australia/Lord_Howe', 'Europe/London'],
];

function recordOf(workspace: Workspace, project: Project): Record<string, unknown> {
	const tasks = project.taskGids.map((gid) => taskJson(workspace.tasks.get(gid)!, workspace));
	return { ...projectJson(project, workspace), tasks };
}

/** Holds all days of a project against the sandbox's own count, which goes another way. */
function expectCounted(workspace: Workspace, project: Project, timezone: string, now: number): number {
	const output = normalised(recordOf(workspace, project), { timezone, now: new Date(now).toISOString() });
	const wanted = totalsOf(workspace, project, { timezone, now, days: 35 });
	expect(valuesByDay(output)).toEqual(
		new Map([...wanted].filter(([, values]) => Object.keys(values).length > 0)),
	);
	for (const [day, values] of wanted) {
		if (values.task_cycle_days === undefined) continue;
		const median = rowOf(output, day, 'task_cycle_days')?.metadata.median ?? null;
		expect(median).toBe(medianCycleOf(workspace, project, day, timezone));
	}
	return output.rows.length;
}

describe('every project of the sandbox', () => {
	it('has the metrics that the sandbox counts itself, in any zone', () => {
		const now = Date.parse('2026-11-23T03:14:15.926Z');
		const consents = catalogue('zixly', now);
		let rows = 0;
		for (const { workspaces } of [consents.get('harbour')!, consents.get('southern')!]) {
			for (const workspace of workspaces) {
				for (const project of workspace.projects.values()) {
					for (const zone of [workspace.timezone, 'Etc/UTC', 'America/Los_Angeles']) {
						rows += expectCounted(workspace, project, zone, now);
					}
				}
			}
		}
		expect(rows).toBeGreaterThan(3_000);
	});
});

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Makes projects of any tasks; many instants lie within minutes of midnight, in some zone. */
class AnyProjects {
	constructor(
		private readonly random: Random,
		private readonly timezone: string,
		private readonly now: number,
	) {}

	make(): { workspace: Workspace; project: Project } {
		const { timezone } = this;
		const workspace = {
			gid: '1',
			name: 'Any',
			timezone,
			projects: new Map(),
			tasks: new Map<string, Task>(),
		};
		const project = this.project();
		const finished = this.random.chance(0.3);
		for (let left = this.random.between(0, 25); left > 0; left--) {
			const task = this.task(String(100 + left), finished);
			workspace.tasks.set(task.gid, task);
			project.taskGids.push(task.gid);
		}
		return { workspace, project };
	}

	private project(): Project {
		const { random } = this;
		const createdAt = this.instant(random.between(1, 60));
		return {
			...{ gid: '2', name: 'Any', archived: false, closed: false, modifiedAt: 0, taskGids: [] },
			createdAt,
			completedAt: random.chance(0.4) ? this.instantSince(createdAt) : null,
			startOn: random.chance(0.5) ? this.day(70) : null,
			dueOn: random.chance(0.5) ? this.day(30) : null,
		};
	}

	private task(gid: string, finished: boolean): Task {
		const { random } = this;
		const createdAt = this.instant(60);
		const subtype = SUBTYPES[random.between(0, SUBTYPES.length - 1)]!;
		return {
			...{ gid, name: 'Any', subtype, createdAt, modifiedAt: 0, dueAt: null, assignee: '' },
			completedAt: finished || random.chance(0.6) ? this.instantSince(createdAt) : null,
			dueOn: random.chance(0.7) ? this.day(40) : null,
			parent: random.chance(0.1) ? '99' : null,
			separator: subtype === 'default_task' && random.chance(0.1),
		};
	}

	private day(daysAgo: number): string {
		return localDay(this.instant(daysAgo), this.timezone);
	}

	private instant(daysAgo: number): number {
		return this.instantSince(this.now - daysAgo * DAY_MS);
	}

	private instantSince(from: number): number {
		const { random } = this;
		const at = random.between(from, this.now);
		if (random.chance(0.5)) return at;
		const halfHour = at - (at % (30 * MINUTE_MS));
		return Math.max(from, halfHour + random.between(-1, 1) * MINUTE_MS - random.between(0, 1));
	}
}

const SUBTYPES: Array<Task['subtype']> = ['default_task', 'default_task', 'milestone', 'approval', 'custom'];

describe('any project', () => {
	// Around the changes of clocks in both hemispheres, the leap day, and the turn of the year.
	it.each(['2025-10-20', '2026-04-20', '2025-11-05', '2024-03-10', '2026-01-10', '2026-07-01'])(
		'read around %s has the metrics that are counted day by day',
		(day) => {
			const random = randomFrom(`any ${day}`);
			for (let round = 0; round < 60; round++) {
				const timezone = ZONES[round % ZONES.length]!;
				const now = Date.parse(`${day}T00:00:00Z`) + random.between(0, DAY_MS);
				const { workspace, project } = new AnyProjects(random, timezone, now).make();
				expectCounted(workspace, project, timezone, now);
			}
		},
	);
});
