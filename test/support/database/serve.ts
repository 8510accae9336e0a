import { startPostgres } from './postgres';

// Run as a process of its own: starts a server, prints its port, and waits to be killed.
void startPostgres().then(({ port }) => console.log(port));
