import { PageTrail } from '../../engine/page-trail';

/** A million deals at fifty to the page: no list is as long. */
const MOST_PAGES = 20_000;

/** The cursors of a list of Pipedrive's, which may be begun anew once. */
export class CursorTrail extends PageTrail {
	private isRestarted = false;

	constructor(what: string, account: string) {
		super({ provider: 'Pipedrive', what, account, mostPages: MOST_PAGES });
	}

	/** Whether a refusal means that the cursor is no longer taken and the list may begin anew: once in a reading. */
	isRefusal(status: number, cursor: string | null): boolean {
		return status === 400 && cursor !== null && !this.isRestarted;
	}

	/** The list begins anew. */
	restart(): void {
		this.isRestarted = true;
		this.clear();
	}
}
