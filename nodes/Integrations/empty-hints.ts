import type { EmptyHints } from '../adapter/operations';

/** What an operation without output says. Those that are missing here give a reason of their own, or always have output. */
export const integrationsEmptyHints: EmptyHints = {
	'connection:createLink':
		'Every tenant has a working connection to this provider, is paused, or has a connection that you disabled.',
	'connection:getAccounts':
		'No account is known yet. Turn on Ask Provider, or run the first sync, which enters the accounts.',
	'connection:getAll':
		'No connection matches. Connection: Create makes one; check Filters if there should be some.',
	'connection:getTimeline':
		'Nothing happened yet to a connection that matches. Connection: Create Link begins a connection.',
	'rejectedRecord:getAll': (context) =>
		context.getNodeParameter('show', 0, 'open') === 'open'
			? 'No rejected record is open: everything that was read is stored, or nothing matches Filters.'
			: 'No rejected record matches.',
	'sync:failRuns':
		'There is no open run of this execution in this n8n, so nothing was changed. Sync: Get Runs with Status Running lists the open runs.',
	'sync:getHealth': (context) =>
		context.getNodeParameter('show', 0, 'all') === 'alerts'
			? 'Nothing needs attention.'
			: 'No connection matches. Connection: Create makes one; check Filters if there should be some.',
	'sync:getRun': 'There is no such run, or nothing of this kind in it. Sync: Get Runs lists the runs.',
	'sync:getRuns': 'No run matches. A sync workflow makes one per connection when it is executed.',
};
