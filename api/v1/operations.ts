import type { GroupCommands } from '../../application/commands/groups.js';
import type { UserCommands } from '../../application/commands/users.js';
import { groupOperations } from './group-commands.js';
import type { Operation } from './operation.js';
import { type Queries, queryOperations } from './queries.js';
import { userOperations } from './user-commands.js';

export interface V1Services extends Queries {
  readonly userCommands: UserCommands;
  readonly groupCommands: GroupCommands;
}

/** All of `/v1`. */
export const v1Operations = (services: V1Services): Operation[] => [
  ...userOperations(services.userCommands),
  ...groupOperations(services.groupCommands),
  ...queryOperations(services),
];
