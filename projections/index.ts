import type { Projection } from './engine/projection.js';
import { groupMembersProjection } from './group-members.projection.js';
import { groupsProjection } from './groups.projection.js';
import { usersProjection } from './users.projection.js';

/** Every projection of the product. */
export const projections: readonly Projection[] = [usersProjection, groupsProjection, groupMembersProjection];

export { ProjectionEngine, type ProjectionEngineOptions, type ProjectionStatus } from './engine/engine.js';
export { projectionMigrations } from './engine/migration.js';
