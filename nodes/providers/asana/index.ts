import type { Provider } from '../provider';
import { asana as definition } from './definition';
import { projects } from './normalise-projects';

export const asana: Provider = {
	definition,
	streams: {
		projects: {
			displayName: 'Projects',
			rawRecord: 'A project with its fields, and its tasks in "tasks", as the API gives them',
			normaliser: projects,
		},
	},
};
