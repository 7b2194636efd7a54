import type { GroupQueries, StandingInGroup } from '../../application/queries/groups.js';
import { type Looking, manages } from '../../application/queries/sight.js';
import { actingUser, hasAdminPowers } from '../../domain/shared/actor.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { Caller } from './caller.js';
import { actorOf, resolveUser } from './commanding.js';

/** Who asks about a group, and what he is in it. */
export interface Asking extends Looking {
  readonly settings: StandingInGroup['settings'];
}

/** Who may read what of groups. Commands are judged by the domain; questions here. */
export class ReadAccess {
  constructor(private readonly groups: Pick<GroupQueries, 'standingIn'>) {}

  /** @throws DomainError GroupNotFound */
  async asking(caller: Caller, groupId: string): Promise<Asking> {
    const actor = actorOf(caller);
    const userId = actingUser(actor);
    const standing = await this.groups.standingIn(caller.tenant, groupId, userId);
    if (standing === undefined) throw new DomainError('GroupNotFound', { groupId });
    return { ...standing, userId, appAdmin: hasAdminPowers(actor) };
  }

  /** Members are shown to members and app admins (003, get_group_member_list). @throws DomainError GroupNotFound, NotGroupMember */
  async member(caller: Caller, groupId: string): Promise<Asking> {
    const asking = await this.asking(caller, groupId);
    if (!asking.appAdmin && asking.role === undefined) {
      throw new DomainError('NotGroupMember', { userIds: [asking.userId] });
    }
    return asking;
  }

  /** For owner, admins and app admins. @throws DomainError GroupNotFound, NotGroupMember, NotGroupManager */
  async manager(caller: Caller, groupId: string): Promise<Asking> {
    const asking = await this.member(caller, groupId);
    if (!manages(asking)) throw new DomainError('NotGroupManager', { groupId });
    return asking;
  }
}

/** The user of a path whose things are his own: himself, or anybody for an app admin. @throws DomainError NotPermitted */
export function ownUser(userId: string, caller: Caller): string {
  const actor = actorOf(caller);
  const user = resolveUser(userId, caller);
  if (user !== actingUser(actor) && !hasAdminPowers(actor)) {
    throw new DomainError('NotPermitted', { reason: 'this is for the user himself' });
  }
  return user;
}
