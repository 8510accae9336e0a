import { gidFrom } from './gid';
import type { Consent, Project, Workspace } from './model';
import { plan, type ProjectPlan } from './project-plan';

interface WorkspaceSketch {
	name: string;
	timezone: string;
	projects: ProjectPlan[];
}

/** The consents that there are, by name, with all that their workspaces hold. */
export function catalogue(seed: string, now: number): Map<string, Consent> {
	const consents = Object.entries(SKETCHES).map(([name, sketches]) => {
		const workspaces = sketches.map((sketch) => workspaceOf(`${seed}/${name}`, sketch, now));
		const shown = workspaces.map((workspace) => workspace.name).join(', ');
		return { name, user: `${name}-user`, shown, workspaces };
	});
	return new Map(consents.map((consent) => [consent.name, consent]));
}

function workspaceOf(seed: string, { name, timezone, projects }: WorkspaceSketch, now: number): Workspace {
	const place = `${seed}/${name}`;
	const workspace: Workspace = { gid: gidFrom(place), name, timezone, projects: new Map(), tasks: new Map() };
	for (const sketch of projects) plan(workspace, sketch, `${place}/${sketch.name}`, now);
	shareTasks([...workspace.projects.values()]);
	return workspace;
}

/** The first project's last tasks belong to the second one as well. */
function shareTasks([first, second]: Project[]): void {
	if (first && second && !first.archived && !second.archived)
		second.taskGids.push(...first.taskGids.slice(-3));
}

const SKETCHES: Record<string, WorkspaceSketch[]> = {
	harbour: [
		{
			name: 'Harbour Agency',
			timezone: 'Australia/Sydney',
			projects: [
				// Two pages of tasks.
				{ name: 'Website Relaunch', tasks: 130, daysOld: 90, startedDaysAgo: 80 },
				{ name: 'Brand Refresh', tasks: 24, daysOld: 60, completedDaysAgo: 5, dueDaysAgo: 9 },
				{ name: 'Retainer May', tasks: 9, daysOld: 50, allDone: true },
				{ name: 'Campaign of Last Year', tasks: 12, daysOld: 300, archived: true },
				{ name: 'Empty Shelf', tasks: 0, daysOld: 20 },
				{ name: 'Kick-off', tasks: 6, daysOld: 3 },
			],
		},
	],
	southern: [
		{
			name: 'Southern Studio',
			timezone: 'Australia/Perth',
			projects: [
				{ name: 'Office Move', tasks: 30, daysOld: 70, startedDaysAgo: 75 },
				{ name: 'Audit', tasks: 18, daysOld: 55, completedDaysAgo: 12, dueDaysAgo: 8, startedDaysAgo: 50 },
			],
		},
		{
			name: 'Southern Labs',
			timezone: 'Pacific/Auckland',
			projects: [
				{ name: 'Prototype', tasks: 40, daysOld: 40 },
				{ name: 'Field Trial', tasks: 11, daysOld: 33 },
			],
		},
	],
	odd: [
		{
			name: 'Odd Names & Co. <script>alert(1)</script>',
			timezone: 'Australia/Sydney',
			projects: [
				{ name: `Robert'); drop table custom_metrics; --`, tasks: 5, daysOld: 30 },
				{ name: '"quoted", \\back\\ and\ttabbed\nline', tasks: 5, daysOld: 30 },
				{ name: 'مشروع \u202Eالعكس\u202C', tasks: 5, daysOld: 30 },
				{ name: 'ＷＩＤＥ 🧨 zero\u200Bwidth e\u0301', tasks: 5, daysOld: 30 },
				{ name: '', tasks: 5, daysOld: 30 },
				{ name: '=HYPERLINK("http://sandbox.invalid")', tasks: 5, daysOld: 30 },
				{ name: '__proto__', tasks: 5, daysOld: 30 },
				{ name: 'A very long name. '.repeat(60_000), tasks: 5, daysOld: 30 },
				{ name: 'NUL \u0000 within', tasks: 5, daysOld: 30 },
				{ name: 'half a pair \uD83E', tasks: 5, daysOld: 30 },
			],
		},
	],
	closed: [
		{
			name: 'Behind Closed Doors',
			timezone: 'Australia/Sydney',
			projects: [
				{ name: 'Open to All', tasks: 8, daysOld: 40 },
				{ name: 'For the Board', tasks: 8, daysOld: 40, closed: true },
			],
		},
	],
	large: [
		{
			name: 'The Large Group',
			timezone: 'Australia/Sydney',
			projects: Array.from({ length: 40 }, (_, index) => ({
				name: `Branch ${String(index + 1).padStart(3, '0')}`,
				tasks: 3 + (index % 5),
				daysOld: 10 + index,
			})),
		},
	],
};
