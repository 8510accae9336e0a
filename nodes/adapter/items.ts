import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

/** An output item, paired with the input item that it comes from. */
export function paired(json: object, item: number): INodeExecutionData {
	return { json: json as IDataObject, pairedItem: { item } };
}
