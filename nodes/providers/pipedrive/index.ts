import type { Provider } from '../provider';
import { pipedrive as definition } from './definition';
import { deals } from './normalise-deals';

export const pipedrive: Provider = {
	definition,
	streams: {
		deals: {
			displayName: 'Deals',
			rawRecord: 'A deal, and in "stageChanges" the changes of its stage, as the API gives them',
			normaliser: deals,
		},
	},
};
