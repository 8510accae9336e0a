import type { Account } from '../../shared/account';

/** The provider of what people upload. */
export const UPLOAD = 'manual';

/** A file is nobody's organisation; its numbers are in no currency and its days in no time zone. */
export const UPLOAD_ACCOUNT: Account = { id: UPLOAD, name: '', timezone: 'Etc/UTC', currency: 'AUD' };
