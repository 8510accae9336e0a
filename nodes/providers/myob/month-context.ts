import type { MonthShares, StreamContext } from '../../engine/contract/stream';
import type { CalendarMonth } from '../../shared/months';
import { IncompleteLists } from './incomplete-lists';
import { readLedger } from './ledger-accounts';
import { readRegisterLines, Register } from './register';
import { gatherEvidence, type Evidence } from './register-evidence';
import { buildFilePath, LEDGER_SCOPE } from './report';

/** When a company file's accounting begins, and when its financial years end. */
interface AccountingProperties {
	/** `2019-07-01T00:00:00`: there are no transactions before. */
	ConversionDate?: unknown;
	/** 1 to 12. */
	LastMonthFinancialYear?: unknown;
}

/** Used if the company file does not state it: June in Australia, March in New Zealand. */
const USUAL_LAST_MONTH: Readonly<Record<string, number>> = { AUD: 6, NZD: 3 };

/**
 * Reads the data shared by all months: the accounts and their register. Each month gets the accounts that may have
 * figures, and its lines of the register. Months before the conversion date have no record.
 */
export async function loadMonthContext(
	context: StreamContext,
	asked: readonly CalendarMonth[],
): Promise<MonthShares> {
	const properties = await readProperties(context);
	const begin = /^\d{4}-\d\d/.exec(String(properties.ConversionDate))?.[0] ?? '';
	const months = asked.filter(({ key }) => key >= begin);
	const [first, last] = [months[0], months.at(-1)];
	if (!first || !last) return () => undefined;
	const ledger = await readLedger(context);
	const { accounts } = ledger;
	const list = await readRegisterLines(context, first.key, last.key);
	const register = new Register(accounts, list.lines, readLastMonth(context, properties));
	const evidence = await gatherEvidence(context, register, months);
	const isUnverified = evidence === 'missing' && context.metadata.basis === 'cash';
	const incomplete = new IncompleteLists(context.account.name, ledger, list);
	return ({ key }) => {
		if (key < begin) return undefined;
		const lines = isUnverified ? UNCLEAR : selectMonth(register, key, evidence);
		return incomplete.toRejection(key) ?? { accounts, register: lines };
	};
}

const UNCLEAR = { year: 'unclear', lines: [] };

/** Has no lines if the register is ambiguous for the month without evidence, or was refuted. */
function selectMonth(register: Register, month: string, evidence: Evidence) {
	if (evidence === 'refuted') return { year: 'refuted', lines: [] };
	if (!register.isAmbiguous(month)) return { year: 'either', lines: register.listLines(month, 'calendar') };
	if (evidence === 'unclear' || evidence === 'missing') return UNCLEAR;
	return { year: evidence, lines: register.listLines(month, evidence) };
}

function readLastMonth({ account }: StreamContext, { LastMonthFinancialYear }: AccountingProperties): number {
	const month = Number(LastMonthFinancialYear);
	if (Number.isInteger(month) && month >= 1 && month <= 12) return month;
	return USUAL_LAST_MONTH[account.currency] ?? 6;
}

async function readProperties({ api, account }: StreamContext): Promise<AccountingProperties> {
	const reply = await api.call({
		path: `${buildFilePath(account)}/GeneralLedger/AccountingProperties`,
		account,
		description: 'the accounting properties',
		scope: LEDGER_SCOPE,
		isValid: (json) => typeof getProperties(json) === 'object',
	});
	return getProperties(reply) as AccountingProperties;
}

/** The reply is an object, or a list with one object. */
function getProperties(json: unknown): unknown {
	const { Items } = (json ?? {}) as { Items?: unknown };
	const list = Array.isArray(Items)
		? (Items as unknown[])
		: Array.isArray(json)
			? (json as unknown[])
			: [json];
	return list[0] ?? undefined;
}
