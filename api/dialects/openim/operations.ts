import { authOperations } from './auth-operations.js';
import { conversationOperations } from './conversation-operations.js';
import { friendOperations } from './friend-operations.js';
import { friendQueryOperations } from './friend-queries.js';
import { groupOperations } from './group-operations.js';
import { groupQueryOperations } from './group-queries.js';
import { messageOperations } from './message-operations.js';
import { messageQueryOperations } from './message-queries.js';
import { messageSearchOperation } from './message-search.js';
import type { Operation } from './operation.js';
import type { OpenimServices } from './services.js';
import { userOperations } from './user-operations.js';

/** 003's API, and what its real clients call beside it. */
export const openimOperations = (services: OpenimServices): Operation[] => [
  ...authOperations(services),
  ...userOperations(services),
  ...groupOperations(services),
  ...groupQueryOperations(services),
  ...friendOperations(services),
  ...friendQueryOperations(services),
  ...conversationOperations(services),
  ...messageOperations(services),
  ...messageQueryOperations(services),
  messageSearchOperation(services),
];
