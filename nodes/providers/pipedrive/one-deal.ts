import type { StreamContext } from '../../engine/contract/stream';
import { isOne, type ListedDeal } from './replies';

type Where = Pick<StreamContext, 'api' | 'account'>;

/** Reads a deal by id, or tells why it cannot be read. */
export async function oneDeal({ api, account }: Where, id: string): Promise<ListedDeal | 'gone' | 'hidden'> {
	let refused = 0;
	const json = await api.call({
		path: `/api/v2/deals/${id}`,
		account,
		description: `deal ${id}`,
		scope: 'deals:read',
		cost: 1,
		isValid: isOne,
		isNotFound: (reply) => {
			refused = reply.status;
			return isOfOneDeal(reply);
		},
	});
	if (json === undefined) return refused === 403 ? 'hidden' : 'gone';
	return (json as { data: ListedDeal }).data;
}

/** Whether an error response concerns only one deal, not all: a missing scope or a blocking gateway concerns all. */
function isOfOneDeal({ status, body }: { status: number; body: string }): boolean {
	const hidden = status === 403 && /^\s*\{(?!.*scope and url mismatch)/is.test(body);
	return isGone({ status }) || hidden;
}

/** Whether an error response means that the deal no longer exists. */
export const isGone = ({ status }: { status: number }): boolean => status === 404 || status === 410;
