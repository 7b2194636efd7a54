import type { GroupChanges } from '../../../application/commands/group-changes.js';
import type { RequestContext } from '../../../application/commands/request.js';
import type { Group } from '../../../domain/group/state.js';
import { DomainError } from '../../../domain/shared/errors.js';

/** Of a command that comes to nothing: the group as it is, which must be there for it. @throws DomainError GroupNotFound */
export async function liveGroup(
  groupChanges: Pick<GroupChanges, 'together'>,
  context: RequestContext,
  groupId: string,
): Promise<Group> {
  const { state } = await groupChanges.together(context, { groupId, steps: [] });
  if (state.status !== 'live') throw new DomainError('GroupNotFound', { groupId });
  return state;
}
