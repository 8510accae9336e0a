import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../../support/checkout';

const FOLDER = join(CHECKOUT, 'test', 'fixtures', 'xero');

type Reply = Record<string, unknown> & { Reports: [Record<string, unknown>] };

function fixture(file: string): Reply {
	return JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8')) as Reply;
}

export const profitAndLoss = (situation: string): Reply => fixture(`profit-and-loss-${situation}`);

export const bankSummary = (situation: string): Reply => fixture(`bank-summary-${situation}`);

/** June 2026 as Extract composes it. */
export function june(pnl: unknown = profitAndLoss('global'), bank: unknown = bankSummary('usual')) {
	return { month: '2026-06', basis: 'accrual', profitAndLoss: pnl, bankSummary: bank };
}
