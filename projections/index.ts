import { auditLogProjection } from './audit-log.projection.js';
import { blacksProjection } from './blacks.projection.js';
import { clearedNoticesProjection } from './cleared-notices.projection.js';
import { conversationsProjection } from './conversations.projection.js';
import type { Projection } from './engine/projection.js';
import { favouritesProjection } from './favourites.projection.js';
import { friendRequestsProjection } from './friend-requests.projection.js';
import { friendsProjection } from './friends.projection.js';
import { groupApplicationsProjection } from './group-applications.projection.js';
import { groupDeparturesProjection } from './group-departures.projection.js';
import { groupMembersProjection } from './group-members.projection.js';
import { groupsProjection } from './groups.projection.js';
import { hiddenMessagesProjection } from './hidden-messages.projection.js';
import { messagesProjection } from './messages.projection.js';
import { numbersProjection } from './numbers.projection.js';
import { usersProjection } from './users.projection.js';
import { viewsProjection } from './views.projection.js';

/** Every projection of the product. */
export const projections: readonly Projection[] = [
  usersProjection,
  numbersProjection,
  groupsProjection,
  groupMembersProjection,
  groupApplicationsProjection,
  groupDeparturesProjection,
  favouritesProjection,
  clearedNoticesProjection,
  friendsProjection,
  friendRequestsProjection,
  blacksProjection,
  messagesProjection,
  conversationsProjection,
  viewsProjection,
  hiddenMessagesProjection,
  auditLogProjection,
];

export { machineBusyness } from './engine/busyness.js';
export { ProjectionEngine, type ProjectionEngineOptions, type ProjectionStatus } from './engine/engine.js';
export { NotParked } from './engine/errors.js';
export { Leadership } from './engine/coordinate.js';
export { leadersOf, type Leader } from './engine/leaders.js';
export { dropLeftovers, forgetWhyParked } from './engine/leftovers.js';
export { projectionMigrations } from './engine/migration.js';
