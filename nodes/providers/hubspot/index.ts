import type { Provider } from '../provider';
import { hubspot as definition } from './definition';
import { deals } from './normalise-deals';

export const hubspot: Provider = {
	definition,
	streams: {
		deals: {
			displayName: 'Deals',
			rawRecord: 'A deal with propertiesWithHistory of its stage, as the API gives it',
			normaliser: deals,
		},
	},
};
