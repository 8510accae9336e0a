import type { StreamContext } from '../../engine/contract/stream';
import { isOne, type ListedDeal } from './replies';

type Where = Pick<StreamContext, 'api' | 'account'>;

/** A deal by its id, or why it cannot be had. */
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

/** One deal may be hidden, merged or gone; a scope that is missing, or a gateway that shuts us out, means all of them. */
export function isOfOneDeal({ status, body }: { status: number; body: string }): boolean {
	const hidden = status === 403 && /^\s*\{(?!.*scope and url mismatch)/is.test(body);
	return isGone({ status }) || hidden;
}

/** Whether a refusal means that there is no such deal any more. */
export const isGone = ({ status }: { status: number }): boolean => status === 404 || status === 410;
