import { describe, expect, it } from '@jest/globals';

import { projects } from '../../../../nodes/providers/asana/normalise-projects';
import { normalised, project, rejectionOf, rowOf, task, valuesByDay } from './records';

const valueOn = (day: string, metric: string, record: unknown, timezone = 'Etc/UTC'): string | undefined =>
	rowOf(normalised(record, { timezone }), day, metric)?.metricValue;

describe('a project’s days', () => {
	const record = project([
		task({
			created_at: '2026-06-10T08:00:00.000Z',
			completed_at: '2026-06-11T20:00:00.000Z',
			due_on: '2026-06-11',
		}),
		task({
			created_at: '2026-06-10T09:00:00.000Z',
			completed_at: '2026-06-11T09:00:00.000Z',
			due_on: '2026-06-10',
		}),
		task({ created_at: '2026-06-09T21:00:00.000Z', completed_at: '2026-06-11T21:00:00.000Z' }),
		task({ created_at: '2026-06-11T10:00:00.000Z', due_on: '2026-06-12' }),
	]);

	it('hold what happened on them, and what was open and overdue at their end', () => {
		const days = valuesByDay(normalised(record));
		expect(days.get('2026-06-08')).toEqual({
			throughput: '0.0000',
			tasks_created: '0.0000',
			open_tasks: '0.0000',
			overdue_tasks: '0.0000',
		});
		expect(days.get('2026-06-10')).toMatchObject({ tasks_created: '2.0000', open_tasks: '3.0000' });
		expect(days.get('2026-06-11')).toEqual({
			throughput: '3.0000',
			tasks_created: '1.0000',
			open_tasks: '1.0000',
			overdue_tasks: '0.0000',
			// 36, 24 and 48 hours.
			task_cycle_days: '1.5000',
			on_time_rate: '50.0000',
			due_date_coverage: '66.6667',
		});
		expect(days.get('2026-06-12')).toMatchObject({ open_tasks: '1.0000', overdue_tasks: '0.0000' });
		expect(days.get('2026-06-13')).toMatchObject({ open_tasks: '1.0000', overdue_tasks: '1.0000' });
	});

	it('are the last 35, of which today is marked as partial', () => {
		const output = normalised(record);
		const days = [...valuesByDay(output).keys()];
		expect([days[0], days.at(-1), days.length]).toEqual(['2026-05-27', '2026-06-30', 35]);
		const partial = output.rows.filter(({ row }) => row.metadata.partial === true);
		expect(partial).toHaveLength(4);
		for (const { row } of partial) expect(row).toMatchObject({ recordDate: '2026-06-30T00:00:00.000Z' });
	});

	it('are as many as Recompute Days says, those of a backfill, and back to the last reading after a long pause', () => {
		const daysOf = (change: object, recomputeDays?: number): string[] => {
			const days = [...valuesByDay(normalised({ ...record, ...change }, { recomputeDays })).keys()];
			return [days[0]!, days.at(-1)!];
		};
		expect(daysOf({}, 1)).toEqual(['2026-06-30', '2026-06-30']);
		expect(daysOf({ days: { from: '2026-05-03', to: '2026-05-04' } })).toEqual(['2026-05-03', '2026-05-04']);
		expect(daysOf({ days: { from: '2026-06-29', to: '2026-12-31' } })).toEqual(['2026-06-29', '2026-06-30']);
		expect(daysOf({ days: { from: '2026-05-03' } })).toEqual(['2026-05-03', '2026-06-30']);
		expect(daysOf({ days: { from: '2026-06-29' } })).toEqual(['2026-05-27', '2026-06-30']);
	});

	it('have units, the project as client, and beside a mean its median', () => {
		const output = normalised(record);
		expect(rowOf(output, '2026-06-11', 'task_cycle_days')).toEqual({
			metricName: 'task_cycle_days',
			metricValue: '1.5000',
			unit: 'days',
			recordDate: '2026-06-11T00:00:00.000Z',
			sourceSystem: 'asana',
			metadata: { median: '1.5000', tasks: 3 },
		});
		expect(rowOf(output, '2026-06-11', 'on_time_rate')).toMatchObject({
			unit: 'percent',
			metadata: { onTime: 1, tasks: 2 },
		});
		expect(rowOf(output, '2026-06-11', 'throughput')).toMatchObject({ unit: 'tasks', metadata: {} });
		const client = { externalId: '1208888888888888881', clientName: 'Relaunch', industry: null };
		for (const row of output.rows) expect(row).toMatchObject({ table: 'custom_metrics', client });
	});

	it('days before the project’s start have no rows, even if a task is older', () => {
		const young = project([task({ created_at: '2026-06-01T00:00:00.000Z' })], {
			created_at: '2026-06-28T13:59:59.999Z',
		});
		expect([...valuesByDay(normalised(young, { timezone: 'Australia/Sydney' })).keys()]).toEqual([
			'2026-06-28',
			'2026-06-29',
			'2026-06-30',
		]);
	});

	it('days without a value for a metric remove that of an earlier run', () => {
		const { rows, deletions = [] } = normalised(record);
		// Each day's metrics; and of the two that a project has once, that there is no other day of them.
		expect(rows.length + deletions.length).toBe(35 * 7 + 2);
		expect(deletions).toContainEqual({
			table: 'custom_metrics',
			client: { externalId: '1208888888888888881', clientName: 'Relaunch', industry: null },
			metricName: 'task_cycle_days',
			recordDate: '2026-06-12T00:00:00.000Z',
		});
	});
});

describe('the tasks counted', () => {
	const done = { completed_at: '2026-06-11T20:00:00.000Z' };

	it.each([
		['a default task', {}, '1.0000'],
		[
			'a milestone, which has no mark of a separator',
			{ resource_subtype: 'milestone', is_rendered_as_separator: undefined },
			'1.0000',
		],
		['no approval', { resource_subtype: 'approval' }, '0.0000'],
		['no type of a company’s own', { resource_subtype: 'custom' }, '0.0000'],
		['no type never seen', { resource_subtype: 'epic' }, '0.0000'],
		['no subtask, even one in the list', { parent: { gid: '7' } }, '0.0000'],
		['no separator', { is_rendered_as_separator: true }, '0.0000'],
	])('%s', (_, change, throughput) => {
		expect(valueOn('2026-06-11', 'throughput', project([task({ ...done, ...change })]))).toBe(throughput);
	});

	it('count once each, in their last copy', () => {
		const twice = [task({ gid: '5' }), task({ gid: '6', ...done }), task({ gid: '5', ...done })];
		expect(valueOn('2026-06-11', 'throughput', project(twice))).toBe('2.0000');
		expect(valueOn('2026-06-11', 'open_tasks', project(twice))).toBe('0.0000');
	});

	it('are open again where they were opened again', () => {
		const before = normalised(project([task(done)]));
		expect(rowOf(before, '2026-06-11', 'throughput')?.metricValue).toBe('1.0000');
		const after = normalised(project([task()]));
		expect(rowOf(after, '2026-06-11', 'throughput')?.metricValue).toBe('0.0000');
		expect(rowOf(after, '2026-06-11', 'open_tasks')?.metricValue).toBe('1.0000');
		expect(after.deletions?.filter(({ table }) => table === 'custom_metrics')).toContainEqual(
			expect.objectContaining({ metricName: 'task_cycle_days', recordDate: '2026-06-11T00:00:00.000Z' }),
		);
	});

	it('are on time on the day they are due, by the date that Asana gives or, without it, that of the time', () => {
		// 06:30 on the 12th in Sydney.
		const at = (change: object) => project([task({ completed_at: '2026-06-11T20:30:00.000Z', ...change })]);
		const rate = (change: object) => valueOn('2026-06-12', 'on_time_rate', at(change), 'Australia/Sydney');
		expect(rate({ due_on: '2026-06-12' })).toBe('100.0000');
		expect(rate({ due_on: '2026-06-11' })).toBe('0.0000');
		expect(rate({ due_on: '2026-06-11', due_at: '2026-06-12T20:00:00.000Z' })).toBe('0.0000');
		expect(rate({ due_at: '2026-06-11T13:59:59.999Z' })).toBe('0.0000');
		expect(rate({ due_at: '2026-06-11T14:00:00.000Z' })).toBe('100.0000');
		expect(rate({})).toBeUndefined();
	});
});

describe('a project that was completed', () => {
	const tasks = [task({ completed_at: '2026-06-20T12:00:00.000Z' })];

	it('has its delivery and its schedule on that day alone', () => {
		const done = normalised(
			project(tasks, {
				completed_at: '2026-06-15T23:30:00.000Z',
				start_on: '2026-05-20',
				due_on: '2026-06-20',
			}),
			{ timezone: 'Australia/Sydney' },
		);
		expect(rowOf(done, '2026-06-16', 'project_delivery_days')).toMatchObject({
			metricValue: '27.0000',
			unit: 'days',
			metadata: {},
		});
		expect(rowOf(done, '2026-06-16', 'project_schedule_variance_days')?.metricValue).toBe('-4.0000');
		const ofProject = [...valuesByDay(done).values()].flatMap((values) =>
			Object.keys(values).filter((name) => name.startsWith('project_')),
		);
		expect(ofProject).toHaveLength(2);
	});

	it('began when it was made, where nobody said when', () => {
		const done = project(tasks, { completed_at: '2026-06-15T12:00:00.000Z' });
		expect(valueOn('2026-06-15', 'project_delivery_days', done)).toBe('45.0000');
		expect(valueOn('2026-06-15', 'project_schedule_variance_days', done)).toBeUndefined();
	});

	it('is taken from its tasks where nobody marked it and none is open', () => {
		const more = [
			...tasks,
			task({ created_at: '2026-05-30T12:00:00.000Z', completed_at: '2026-06-02T12:00:00.000Z' }),
		];
		const row = rowOf(normalised(project(more)), '2026-06-20', 'project_delivery_days');
		expect(row).toMatchObject({ metricValue: '21.0000', metadata: { derived: true } });
		const started = project(more, { start_on: '2026-06-01' });
		expect(valueOn('2026-06-20', 'project_delivery_days', started)).toBe('19.0000');
		expect(valueOn('2026-06-20', 'project_delivery_days', project([...more, task()]))).toBeUndefined();
		expect(valueOn('2026-06-30', 'project_delivery_days', project([]))).toBeUndefined();
	});
});

describe('a record that cannot be used', () => {
	const noTasks = project([], { tasks: undefined });
	const noDue = task({ due_on: undefined });

	it.each([
		['not a project', 'text', 'invalid_record', ''],
		['without tasks', noTasks, 'invalid_record', 'tasks'],
		['with tasks that are none', project([null as never]), 'invalid_record', 'tasks[0]'],
		['with a gid that is a number', project([], { gid: 1208 }), 'invalid_record', 'gid'],
		['with a task’s gid that is a number', project([task({ gid: 12 })]), 'invalid_record', 'tasks[0].gid'],
		['with a field removed', project([task(), noDue]), 'invalid_record', 'tasks[1].due_on'],
		['with a flag in words', project([task({ completed: 'true' })]), 'invalid_record', 'tasks[0].completed'],
		[
			'with a time that is none',
			project([task({ created_at: 'yesterday' })]),
			'invalid_record',
			'tasks[0].created_at',
		],
		[
			'with a time without offset',
			project([task({ created_at: '2026-06-01T12:00:00' })]),
			'invalid_record',
			'tasks[0].created_at',
		],
		[
			'with a date that does not exist',
			project([task({ due_on: '2026-02-30' })]),
			'invalid_record',
			'tasks[0].due_on',
		],
	])('%s says so and where', (_name, record, code, path) => {
		expect(rejectionOf(record)).toMatchObject({ code, path });
	});
});

describe('a task or project that is complete without a time', () => {
	const good = Array.from({ length: 3 }, () => task({ completed_at: '2026-06-20T12:00:00.000Z' }));
	const unclear = task({ completed: true, completed_at: null });

	it('is left out, and is told: the figures are those of the other tasks', () => {
		const { remarks, ...figures } = normalised(project([...good, unclear]));
		expect(figures).toEqual(normalised(project(good)));
		expect(remarks).toEqual([{ kind: 'unclearTask' }]);
		const approval = task({ completed: true, resource_subtype: 'approval' });
		expect(normalised(project([approval])).remarks).toBeUndefined();
	});

	it('is a project whose delivery stays as it is', () => {
		const { rows, deletions, remarks } = normalised(project(good, { completed: true }));
		const metrics = [...rows.map(({ row }) => row), ...deletions!] as Array<{ metricName: string }>;
		expect(metrics.filter(({ metricName }) => metricName.startsWith('project_'))).toEqual([]);
		expect(remarks).toEqual([{ kind: 'unclearProject' }]);
	});

	it('is open where it is not complete, whatever its time says', () => {
		const reopened = task({ completed: false, completed_at: '2026-06-10T12:00:00.000Z' });
		expect(valueOn('2026-06-30', 'open_tasks', project([...good, reopened]))).toBe('1.0000');
	});
});

describe('other data', () => {
	it('is named and passes when it is not known', () => {
		const { unknownProperties } = normalised(
			project([task({ mood: 'good', name: 'x' }), task({ mood: 'bad', resource_subtype: 'epic' })], {
				colour: 1,
			}),
		);
		expect(unknownProperties).toEqual(['Project.colour', 'Task.mood', 'Task.resource_subtype "epic"']);
	});

	it.each(['', ' ', null])('a project without a name keeps the name that is stored: %j', (name) => {
		expect(normalised(project([], { name })).rows[0]?.client.clientName).toBeNull();
	});

	it('a record of another node needs its gid', () => {
		const now = '2026-06-30T12:00:00.000Z';
		const record = project([]);
		expect(projects.complete({ record, period: '', now })).toEqual({
			recordId: record.gid,
			fetchedAt: now,
			record,
		});
		expect(() => projects.complete({ record: {}, period: '', now })).toThrow(/no gid/);
	});
});
