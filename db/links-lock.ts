/**
 * The key of the advisory lock between those who follow the links of a tenant's clients, shared, and who changes one.
 * Who wants it alone must only try: to wait for it would keep a load from coming in that another one waits for.
 */
export const LINKS_LOCK = "hashtext('etl.client_links'), hashtext(current_setting('app.tenant_id'))";
