import { describe, expect, it } from 'vitest';

import { localDay } from '../sandbox/asana/calendar';
import { catalogue } from '../sandbox/asana/catalogue';
import type { Project, Task, Workspace } from '../sandbox/asana/model';
import { projectJson, taskJson } from '../sandbox/asana/resources';
import { medianCycleOf, totalsOf } from '../sandbox/asana/totals';
import { randomFrom, type Random } from '../sandbox/random';
import { normalised, rowOf, valuesByDay } from './asana-records';

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

/** A project of any tasks; many instants lie within minutes of midnight, in this zone or in UTC. */
function anyProject(
	random: Random,
	timezone: string,
	now: number,
): { workspace: Workspace; project: Project } {
	const workspace: Workspace = { gid: '1', name: 'Any', timezone, projects: new Map(), tasks: new Map() };
	const instant = (from: number): number => {
		const at = random.between(from, now);
		if (random.chance(0.5)) return at;
		const midnight = at - (at % (30 * MINUTE_MS));
		return Math.max(
			from,
			midnight + random.between(-1, 1) * random.between(0, 1) * MINUTE_MS - random.between(0, 1),
		);
	};
	const project: Project = {
		gid: '2',
		name: 'Any',
		archived: false,
		createdAt: instant(now - random.between(1, 60) * DAY_MS),
		completedAt: null,
		modifiedAt: 0,
		startOn: random.chance(0.5) ? localDay(instant(now - 70 * DAY_MS), timezone) : null,
		dueOn: random.chance(0.5) ? localDay(instant(now - 30 * DAY_MS), timezone) : null,
		closed: false,
		taskGids: [],
	};
	if (random.chance(0.4)) project.completedAt = instant(project.createdAt);
	const finished = random.chance(0.3);
	for (let index = random.between(0, 25); index > 0; index--) {
		const createdAt = instant(now - 60 * DAY_MS);
		const subtypes: Array<Task['subtype']> = [
			'default_task',
			'default_task',
			'milestone',
			'approval',
			'custom',
		];
		const subtype = subtypes[random.between(0, 4)]!;
		const task: Task = {
			gid: String(100 + index),
			name: 'Any',
			subtype,
			createdAt,
			completedAt: finished || random.chance(0.6) ? instant(createdAt) : null,
			modifiedAt: 0,
			dueOn: random.chance(0.7) ? localDay(instant(now - 40 * DAY_MS), timezone) : null,
			dueAt: null,
			parent: random.chance(0.1) ? '99' : null,
			separator: subtype === 'default_task' && random.chance(0.1),
			assignee: '',
		};
		workspace.tasks.set(task.gid, task);
		project.taskGids.push(task.gid);
	}
	workspace.projects.set(project.gid, project);
	return { workspace, project };
}

describe('any project', () => {
	// Around the changes of clocks in both hemispheres, the leap day, and the turn of the year.
	it.each(['2025-10-20', '2026-04-20', '2025-11-05', '2024-03-10', '2026-01-10', '2026-07-01'])(
		'read around %s has the metrics that are counted day by day',
		(day) => {
			const random = randomFrom(`any ${day}`);
			for (let round = 0; round < 60; round++) {
				const timezone = ZONES[round % ZONES.length]!;
				const now = Date.parse(`${day}T00:00:00Z`) + random.between(0, DAY_MS);
				const { workspace, project } = anyProject(random, timezone, now);
				expectCounted(workspace, project, timezone, now);
			}
		},
	);
});
