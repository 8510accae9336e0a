import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

import { FINANCIALS } from '../../../db/readers/financials';
import { FUNNEL } from '../../../db/readers/funnel';
import { METRIC_SERIES } from '../../../db/readers/metric-series';
import { CHECKOUT } from '../../support/checkout';

it('docs/dashboards.md has the queries that the node runs', () => {
	const page = readFileSync(path.join(CHECKOUT, 'docs/dashboards.md'), 'utf8');
	const queries = [...page.matchAll(/```sql\n([^]*?)\n```/g)].map(([, text]) => text);
	expect(queries).toEqual([FINANCIALS, FUNNEL, METRIC_SERIES]);
});
