import { authOperations } from './auth-operations.js';
import { groupOperations } from './group-operations.js';
import { groupQueryOperations } from './group-queries.js';
import type { Operation } from './operation.js';
import type { OpenimServices } from './services.js';
import { userOperations } from './user-operations.js';

/** 003's user and group API, and what its real clients call beside it. */
export const openimOperations = (services: OpenimServices): Operation[] => [
  ...authOperations(services),
  ...userOperations(services),
  ...groupOperations(services),
  ...groupQueryOperations(services),
];
