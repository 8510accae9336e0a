import type { INodeExecutionData } from 'n8n-workflow';

import { pairItem } from '../adapter/items';

/** Collects the node's output. Chunks end out of order; the items are output in the order of their input items. */
export class Output {
	private readonly messages: Placed[] = [];
	private readonly refusals: Placed[] = [];

	emit(json: object, item: number): void {
		this.messages.push({ json, item });
	}

	refuse(json: object, item: number): void {
		this.refusals.push({ json, item });
	}

	get refused(): number {
		return this.refusals.length;
	}

	/** The node's two outputs. */
	items(): INodeExecutionData[][] {
		return [inOrder(this.messages), inOrder(this.refusals)];
	}
}

interface Placed {
	json: object;
	item: number;
}

function inOrder(placed: Placed[]): INodeExecutionData[] {
	return placed.sort((a, b) => a.item - b.item).map(({ json, item }) => pairItem(json, item));
}
