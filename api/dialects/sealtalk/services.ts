import type { PhoneAccounts } from '../../../application/commands/phone-accounts.js';
import type { PhoneVerification } from '../../../application/commands/phone-verification.js';
import type { ApiServices } from '../../services.js';
import type { SealtalkIds } from './ids.js';
import type { SessionCookie } from './session.js';

/** What the dialect is made on; its commands judge friends and strangers as 004 does. */
export interface SealtalkServices extends ApiServices {
  readonly ids: SealtalkIds;
  readonly cookie: SessionCookie;
  readonly phoneAccounts: PhoneAccounts;
  readonly phoneVerification: PhoneVerification;
}
