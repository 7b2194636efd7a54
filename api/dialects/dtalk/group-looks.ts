import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberView } from '../../../application/queries/members.js';
import { MAX_PAGE } from '../../../application/queries/page.js';
import { type Looking, manages } from '../../../application/queries/sight.js';
import type { Role } from '../../../domain/group/rules.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf } from '../shared/context.js';
import type { Caller } from '../shared/operation.js';
import type { DtalkServices } from './services.js';

/** A group that goes on, and who looks at it. */
export interface LookedAt {
  readonly group: GroupView;
  readonly looking: Looking;
}

/**
 * Groups from the lists, and who may look at them: members and app admins. A blocked group is still read (docs/rules.md A16), a
 * dismissed one is not.
 */
export class GroupLooks {
  constructor(private readonly services: Pick<DtalkServices, 'groups' | 'members'>) {}

  /** For anybody. @throws DomainError GroupNotFound, GroupDismissed */
  async group(tenant: string, groupId: string): Promise<GroupView> {
    return goingOn(groupId, await this.services.groups.groupById(tenant, groupId));
  }

  /** @throws DomainError GroupNotFound, GroupDismissed, NotGroupMember (of the caller) */
  async asMember(caller: Caller, groupId: string): Promise<LookedAt> {
    const { id } = actorOf(caller);
    const [found, roles] = await Promise.all([
      this.services.groups.groupById(caller.tenant, groupId),
      this.services.members.rolesOf(caller.tenant, groupId, [id]),
    ]);
    const group = goingOn(groupId, found);
    return { group, looking: lookingAt(caller, group, roles.get(id)) };
  }

  /** @throws as `asMember`, and NotGroupManager */
  async asManager(caller: Caller, groupId: string): Promise<GroupView> {
    const { group, looking } = await this.asMember(caller, groupId);
    if (!manages(looking)) throw new DomainError('NotGroupManager', { groupId });
    return group;
  }

  /** With all members, however many: in the order of their roles, then of their joining. @throws as `asMember` */
  async withMembers(caller: Caller, groupId: string): Promise<LookedAt & { readonly members: readonly MemberView[] }> {
    const { tenant } = caller;
    const { id } = actorOf(caller);
    const { groups, members } = this.services;
    const [found, first] = await Promise.all([
      groups.groupById(tenant, groupId),
      members.membersOfGroup(tenant, groupId, { limit: MAX_PAGE }),
    ]);
    const group = goingOn(groupId, found);
    const all = [...first.items];
    const among = all.find(({ userId }) => userId === id);
    // Nobody outside has a long list read.
    const role = among?.role ?? (first.next === null ? undefined : (await members.member(tenant, groupId, id))?.role);
    const looking = lookingAt(caller, group, role);
    for (let cursor = first.next; cursor !== null;) {
      const page = await members.membersOfGroup(tenant, groupId, { limit: MAX_PAGE, cursor });
      all.push(...page.items);
      cursor = page.next;
    }
    return { group, looking, members: all };
  }
}

function goingOn(groupId: string, group: GroupView | undefined): GroupView {
  if (group === undefined) throw new DomainError('GroupNotFound', { groupId });
  if (group.status === 'dismissed') throw new DomainError('GroupDismissed', { groupId });
  return group;
}

function lookingAt(caller: Caller, { settings }: GroupView, role: Role | undefined): Looking {
  const actor = actorOf(caller);
  const appAdmin = hasAdminPowers(actor);
  if (role === undefined && !appAdmin) throw new DomainError('NotGroupMember', { userIds: [actor.id] });
  return { userId: actor.id, role, appAdmin, settings };
}
