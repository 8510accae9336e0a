import type { Account } from '../../shared/account';

/** The provider key of uploaded files. */
export const UPLOAD = 'manual';

/** A placeholder: an uploaded file has no account, currency or time zone. */
export const UPLOAD_ACCOUNT: Account = { id: UPLOAD, name: '', timezone: 'Etc/UTC', currency: 'AUD' };
