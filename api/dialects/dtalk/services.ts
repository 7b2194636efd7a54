import type { KeyUsers } from '../../../application/commands/key-users.js';
import type { NumberQueries } from '../../../application/queries/numbers.js';
import type { ApiServices } from '../../services.js';
import type { GroupKeys } from './group-keys.js';

/** What the dialect is made on. */
export interface DtalkServices extends ApiServices {
  readonly keyUsers: KeyUsers;
  readonly numbers: NumberQueries;
  readonly groupKeys: GroupKeys;
}
