import type { LedgerSection } from './accounts';

export type LayoutName = 'global' | 'australian' | 'revenue' | 'upperCase';

/** What makes one organisation's reports differ from another's, apart from the labels. */
export type Quirk =
	/** Labels made up by the user, unless `standardLayout=true` is asked for. */
	| 'customLayout'
	/** A loss is labelled `Net Loss`. */
	| 'netLoss'
	/** Titles begin with a blank. */
	| 'leadingSpaces'
	/** Sections without a line are shown all the same. */
	| 'emptySections'
	/** `1,234.50` */
	| 'thousandsSeparators'
	/** Accounts without a figure are shown with an empty cell or one without `Value`. */
	| 'missingValues'
	/** A line of grouped currency gains and losses. */
	| 'currencyGains';

/** The labels of a report: per section its title and the label of its total. */
export interface Layout {
	sections: Record<LedgerSection, { title: string; total: string }>;
	grossProfit: string;
	netProfit: string;
	netLoss: string;
}

const GLOBAL: Layout = {
	sections: {
		income: { title: 'Income', total: 'Total Income' },
		costOfSales: { title: 'Less Cost of Sales', total: 'Total Cost of Sales' },
		otherIncome: { title: 'Plus Other Income', total: 'Total Other Income' },
		operatingExpenses: { title: 'Less Operating Expenses', total: 'Total Operating Expenses' },
		appropriations: { title: 'Appropriations', total: 'Total Appropriations' },
	},
	grossProfit: 'Gross Profit',
	netProfit: 'Net Profit',
	netLoss: 'Net Profit',
};

const LAYOUTS: Record<LayoutName, Layout> = {
	global: GLOBAL,
	australian: withSections(GLOBAL, {
		income: { title: 'Trading Income', total: 'Total Trading Income' },
		costOfSales: { title: 'Cost of Sales', total: 'Total Cost of Sales' },
		otherIncome: { title: 'Other Income', total: 'Total Other Income' },
		operatingExpenses: { title: 'Operating Expenses', total: 'Total Operating Expenses' },
	}),
	revenue: withSections(GLOBAL, { income: { title: 'Revenue', total: 'Total Revenue' } }),
	upperCase: mapLabels(GLOBAL, (label) => label.toUpperCase()),
};

const CUSTOM: Layout = {
	...withSections(GLOBAL, {
		income: { title: 'What we took', total: 'All takings' },
		costOfSales: { title: 'What it cost', total: 'All of that' },
		otherIncome: { title: 'Windfalls', total: 'All windfalls' },
		operatingExpenses: { title: 'Running the place', total: 'All of running the place' },
	}),
	grossProfit: 'Before running the place',
	netProfit: 'Left over',
	netLoss: 'Missing',
};

/** The labels that an organisation's report carries. */
export function layoutFor(name: LayoutName, quirks: readonly Quirk[], standardLayout: boolean): Layout {
	if (quirks.includes('customLayout') && !standardLayout) return CUSTOM;
	const layout = quirks.includes('netLoss') ? { ...LAYOUTS[name], netLoss: 'Net Loss' } : LAYOUTS[name];
	return quirks.includes('leadingSpaces') ? withSpaces(layout) : layout;
}

function withSections(layout: Layout, sections: Partial<Layout['sections']>): Layout {
	return { ...layout, sections: { ...layout.sections, ...sections } };
}

function withSpaces(layout: Layout): Layout {
	const spaced = { ...layout.sections.income, title: ` ${layout.sections.income.title}` };
	return withSections(layout, { income: spaced });
}

function mapLabels(layout: Layout, change: (label: string) => string): Layout {
	const sections = Object.entries(layout.sections).map(([section, labels]) => [
		section,
		{ title: change(labels.title), total: change(labels.total) },
	]);
	return {
		sections: Object.fromEntries(sections) as Layout['sections'],
		grossProfit: change(layout.grossProfit),
		netProfit: change(layout.netProfit),
		netLoss: change(layout.netLoss),
	};
}
