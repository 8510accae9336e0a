import type { INodeExecutionData } from 'n8n-workflow';

import { pairItem } from '../adapter/items';

/** Collects the node's output. Chunks end out of order; the items are output in the order of their input items. */
export class Output {
	private readonly messages: OutputItem[] = [];
	private readonly rejections: OutputItem[] = [];
	private readonly summaries: OutputItem[] = [];

	/** @param summariesContinue whether summaries are also output first: plain items yield no messages to go on with */
	constructor(private readonly summariesContinue: boolean) {}

	emit(json: object, item: number): void {
		this.messages.push({ json, item });
	}

	reject(json: object, item: number): void {
		this.rejections.push({ json, item });
	}

	summarise(json: object, item: number): void {
		this.summaries.push({ json, item });
		if (this.summariesContinue) this.emit(json, item);
	}

	get rejectedCount(): number {
		return this.rejections.length;
	}

	/** The node's three outputs: one kind of item each. */
	items(): INodeExecutionData[][] {
		return [sortByItem(this.messages), sortByItem(this.rejections), sortByItem(this.summaries)];
	}
}

interface OutputItem {
	json: object;
	item: number;
}

function sortByItem(items: OutputItem[]): INodeExecutionData[] {
	return items.sort((a, b) => a.item - b.item).map(({ json, item }) => pairItem(json, item));
}
