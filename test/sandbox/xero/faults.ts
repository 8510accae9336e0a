import { jsonReply } from '../core/reply';
import type { ServiceFacts } from '../service';
import { problems } from './problems';

/** Xero's own faults, and its words for those that every provider has. */
export const xeroFaults: ServiceFacts<never, never>['faults'] = {
	path: '/api.xro/',
	paths: { reportsForbidden: '/Reports/' },
	replies: {
		tooManyRequests: (_fault, { waitHeaders }) =>
			problems.tooManyRequests({
				...waitHeaders(1),
				'x-rate-limit-problem': 'minute',
				'x-minlimit-remaining': '0',
			}),
		/** Hours to wait. */
		dayLimit: (_fault, { waitHeaders }) =>
			problems.tooManyRequests({
				...waitHeaders(66_975),
				'x-rate-limit-problem': 'day',
				'x-daylimit-remaining': '0',
			}),
		/** 200 whose body says that something failed. */
		errorBody: () =>
			jsonReply(200, {
				ErrorNumber: 17,
				Type: 'InternalException',
				Message: 'An error occurred, please try again',
			}),
		tokenExpired: (_fault, { now }) => problems.tokenExpired(now),
		authenticationUnsuccessful: () => problems.authenticationUnsuccessful(),
		authorizationUnsuccessful: () => problems.authorizationUnsuccessful(),
		reportsForbidden: () => problems.reportsForbidden(),
		organisationGone: () => problems.organisationGone(),
	},
	/** The true body with fields no one has heard of, without `Reports`/`Organisations`, or with numbers for strings. */
	rewritten: {
		unknownFields: (body) =>
			body.replace(/\{"RowType"/g, '{"Sparkline":{"Points":[1,2]},"RowType"').replace(/^\{/, '{"Beta":true,'),
		fieldsRemoved: (body) => body.replace(/"(Reports|Organisations)":/, '"Moved":'),
		fieldTypesChanged: (body) => body.replace(/"Value":"(-?\d+\.\d\d)"/g, '"Value":$1'),
	},
};
