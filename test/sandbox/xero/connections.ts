import { uuidFrom } from '../core/random';
import type { Grant } from '../service';
import type { Consent, Organisation } from './catalogue';

type ShownConnection = Omit<Connection, 'user'>;

interface Connection {
	id: string;
	authEventId: string;
	tenantId: string;
	tenantName: string;
	tenantType: 'ORGANISATION' | 'PRACTICE';
	createdDateUtc: string;
	updatedDateUtc: string;
	user: string;
}

/** Which organisations each person has let the app see. */
export class ConnectionBook {
	private readonly connections: Connection[] = [];

	/** @param renews whether an organisation that is connected already gets a new connection */
	connect(grant: Grant, consent: Consent, at: Date, renews: boolean): void {
		const add =
			(tenantType: Connection['tenantType']) =>
			({ id, name }: Pick<Organisation, 'id' | 'name'>) => {
				const known = this.connections.find((one) => one.user === grant.user && one.tenantId === id);
				if (known && !renews) known.updatedDateUtc = sevenDigits(at, '7841');
				else this.connections.push(connection(grant, { id, name }, tenantType, at));
			};
		consent.organisations.forEach(add('ORGANISATION'));
		consent.practices.forEach(add('PRACTICE'));
	}

	/**
	 * What `/connections` answers: all that the person connected, whichever consent it was, the newest entry of each;
	 * with an authentication event only what that one gave.
	 */
	list(user: string, authEventId: string | null): ShownConnection[] {
		const own = this.connections.filter((connection) => connection.user === user);
		const chosen = authEventId
			? own.filter((connection) => connection.authEventId === authEventId)
			: [...new Map(own.map((connection) => [connection.tenantId, connection])).values()];
		return chosen.map(shown);
	}

	reaches(user: string, organisationId: string): boolean {
		return this.connections.some((one) => one.user === user && one.tenantId === organisationId);
	}

	/** Removes one connection of a person; false where there is none. */
	remove(user: string, connectionId: string): boolean {
		return this.removeWhere((one) => one.user === user && one.id === connectionId) > 0;
	}

	removeUser(user: string): void {
		this.removeWhere((one) => one.user === user);
	}

	removeGrant(grant: Grant): void {
		this.removeWhere((one) => one.authEventId === grant.id);
	}

	removeOrganisation(organisationId: string): void {
		this.removeWhere((one) => one.tenantId === organisationId);
	}

	private removeWhere(gone: (connection: Connection) => boolean): number {
		const kept = this.connections.filter((connection) => !gone(connection));
		const removed = this.connections.length - kept.length;
		this.connections.splice(0, this.connections.length, ...kept);
		return removed;
	}
}

function connection(
	grant: Grant,
	organisation: Pick<Organisation, 'id' | 'name'>,
	tenantType: Connection['tenantType'],
	at: Date,
): Connection {
	return {
		id: uuidFrom(`${grant.id}/${organisation.id}`),
		authEventId: grant.id,
		tenantId: organisation.id,
		tenantName: organisation.name,
		tenantType,
		createdDateUtc: sevenDigits(at, '5400'),
		updatedDateUtc: sevenDigits(at, '7841'),
		user: grant.user,
	};
}

function shown(connection: Connection): ShownConnection {
	const { id, authEventId, tenantId, tenantName, tenantType, createdDateUtc, updatedDateUtc } = connection;
	return { id, authEventId, tenantId, tenantName, tenantType, createdDateUtc, updatedDateUtc };
}

/** `2019-12-07T18:46:19.5165400`: UTC with seven digits of a second and no zone. */
function sevenDigits(at: Date, tail: string): string {
	return at.toISOString().replace('Z', tail);
}
