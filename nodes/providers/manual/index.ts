import type { Account } from '../../shared/account';
import type { Normaliser } from '../provider';
import { customMetrics } from './normalise-custom-metrics';

/** The provider key of uploaded files. */
export const UPLOAD = 'manual';

/** A placeholder: an uploaded file has no account, currency or time zone. */
export const UPLOAD_ACCOUNT: Account = { id: UPLOAD, name: '', timezone: 'Etc/UTC', currency: 'AUD' };

/** The normalisers of uploaded files by stream. No provider's API returns these streams. */
export const uploads: ReadonlyMap<string, Normaliser> = new Map([['customMetrics', customMetrics]]);
