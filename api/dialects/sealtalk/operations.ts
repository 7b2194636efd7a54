import { friendOperations } from './friends/friend-operations.js';
import { friendQueryOperations } from './friends/friend-queries.js';
import { groupOperations } from './groups/operations.js';
import { miscOperations } from './misc-operations.js';
import type { Operation } from './operation.js';
import type { SealtalkServices } from './services.js';
import { accountOperations } from './users/account-operations.js';
import { profileOperations } from './users/profile-operations.js';
import { userQueryOperations } from './users/user-queries.js';

/** 004's API, and what its clients call beside it. */
export const sealtalkOperations = (services: SealtalkServices): Operation[] => [
  ...groupOperations(services),
  ...accountOperations(services),
  ...profileOperations(services),
  ...userQueryOperations(services),
  ...friendOperations(services),
  ...friendQueryOperations(services),
  ...miscOperations(services),
];
