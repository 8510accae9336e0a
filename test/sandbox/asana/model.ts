/** The data of the Asana sandbox. Instants are milliseconds since 1970, ids are texts of digits. */
export interface Workspace {
	gid: string;
	name: string;
	/** IANA: the person's own, in which Asana writes the dates of tasks. No reply tells it. */
	timezone: string;
	projects: Map<string, Project>;
	tasks: Map<string, Task>;
}

export interface Project {
	gid: string;
	name: string;
	archived: boolean;
	createdAt: number;
	completedAt: number | null;
	/** Moves with the project's own properties alone, never with its tasks. */
	modifiedAt: number;
	startOn: string | null;
	dueOn: string | null;
	/** The person who connected is not a member: it is listed, and its tasks are refused. */
	closed: boolean;
	/** The tasks in the order of the project's list. */
	taskGids: string[];
}

export type Subtype = 'default_task' | 'milestone' | 'approval' | 'custom';

export interface Task {
	gid: string;
	name: string;
	subtype: Subtype;
	createdAt: number;
	completedAt: number | null;
	modifiedAt: number;
	dueOn: string | null;
	dueAt: number | null;
	/** The task that it is part of. */
	parent: string | null;
	separator: boolean;
	/** A person's name, which must never be asked for. */
	assignee: string;
}

/** What one person agreed to at once. */
export interface Consent {
	name: string;
	user: string;
	/** What the consent page says of it. */
	shown: string;
	workspaces: Workspace[];
}
