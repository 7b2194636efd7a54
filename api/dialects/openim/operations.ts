import { authOperations } from './auth-operations.js';
import { friendOperations } from './friend-operations.js';
import { friendQueryOperations } from './friend-queries.js';
import { groupOperations } from './group-operations.js';
import { groupQueryOperations } from './group-queries.js';
import type { Operation } from './operation.js';
import type { OpenimServices } from './services.js';
import { userOperations } from './user-operations.js';

/** 003's API of users, groups and friends, and what its real clients call beside it. */
export const openimOperations = (services: OpenimServices): Operation[] => [
  ...authOperations(services),
  ...userOperations(services),
  ...groupOperations(services),
  ...groupQueryOperations(services),
  ...friendOperations(services),
  ...friendQueryOperations(services),
];
