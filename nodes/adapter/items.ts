import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

/** An output item that says which input item it came of. */
export function paired(json: object, item: number): INodeExecutionData {
	return { json: json as IDataObject, pairedItem: { item } };
}
