import { shown } from '../shared/read-your-writes.js';
import type { GroupResult } from '../../../application/commands/groups.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { isMuted, type Group, type GroupState } from '../../../domain/group/state.js';
import { actorOf, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import {
  AvatarReq,
  CreateGroupReq,
  FriendTypeReq,
  GroupReq,
  IntroduceReq,
  JoinTypeReq,
  MaximumReq,
  MuteTypeReq,
  NameReq,
  StatusReq,
} from './dto.js';
import type { GroupIds } from './group-ids.js';
import { type Answer, type Operation, operation, published } from './operation.js';
import type { DtalkServices } from './services.js';
import { withPeopleNamed } from './named-people.js';
import {
  factsOfState,
  joinPolicyOf,
  memberTypes,
  PUBLIC_NAME,
  settingsOf,
  wireGroup,
  type WireMember,
} from './views.js';

const PRESET = 'dtalk';

export interface Grounds {
  readonly groupIds: GroupIds;
}

/** Making a group, what it is set to, and its end. */
export function groupOperations(services: DtalkServices, { groupIds }: Grounds): Operation[] {
  const { groupCommands: groups, groupKeys, keyUsers, clock } = services;

  type Change = (context: RequestContext, groupId: string) => Promise<Pick<GroupResult<'MuteGroup'>, 'position'>>;

  /** A change of the group itself, answered with nothing. */
  const changed = async (call: Call<GroupReq>, change: Change): Promise<Answer> => {
    const { tenant } = call.caller;
    const groupId = await groupIds.of(tenant, call.body);
    await shown(services, change(requestContext(call), groupId));
    return {};
  };

  return [
    operation({
      path: '/create-group',
      Body: CreateGroupReq,
      handle: async (call) => {
        const { name, avatar, introduce: introduction, memberIds: members } = call.body;
        const context = requestContext(call);
        const { id: ownerId } = actorOf(call.caller);
        const asked = { preset: PRESET, name, avatar, introduction, ownerId, members, repeated: 'report' } as const;
        const customFields = [{ key: PUBLIC_NAME, value: name }];
        const made = withPeopleNamed(keyUsers, context, () => groups.create(context, { ...asked, customFields }));
        const { outcome, state } = await shown(services, made);
        const group = existing(state);
        return {
          ...wireGroup(factsOfState(group), {
            ...countsOf(group, clock.now()),
            owner: newcomer(ownerId, memberTypes.owner),
            person: null,
            key: groupKeys.keyOf(context.tenant, group),
          }),
          members: outcome.items
            .filter(({ result }) => result === 'joined')
            .map(({ userId }) => newcomer(userId, memberTypes.member)),
        };
      },
    }),
    operation({
      path: '/name',
      also: published('/update-group-name'),
      Body: NameReq,
      handle: (call) => {
        const { name, publicName } = call.body;
        // '' leaves either as it is.
        const changes = name === '' ? {} : { name };
        const setFields = publicName === '' ? [] : [{ key: PUBLIC_NAME, value: publicName }];
        return changed(call, (context, groupId) => groups.changeProfile(context, { groupId, changes, setFields }));
      },
    }),
    operation({
      path: '/avatar',
      also: published('/update-group-avatar'),
      Body: AvatarReq,
      handle: (call) => {
        const changes = { avatar: call.body.avatar };
        return changed(call, (context, groupId) => groups.changeProfile(context, { groupId, changes }));
      },
    }),
    operation({
      path: '/update-group-introduce',
      also: [{ method: 'PUT', path: '/update-group-introduce' }],
      Body: IntroduceReq,
      handle: (call) => {
        const changes = { introduction: call.body.introduce };
        return changed(call, (context, groupId) => groups.changeProfile(context, { groupId, changes }));
      },
    }),
    operation({
      path: '/joinType',
      also: published('/update-group-join-type'),
      Body: JoinTypeReq,
      handle: (call) => {
        const policy = joinPolicyOf(call.body.joinType);
        return changed(call, (context, groupId) => groups.changeJoinPolicy(context, { groupId, ...policy }));
      },
    }),
    operation({
      path: '/friendType',
      Body: FriendTypeReq,
      handle: (call) => {
        const changes = settingsOf(call.body.friendType);
        return changed(call, (context, groupId) => groups.changeSettings(context, { groupId, changes }));
      },
    }),
    operation({
      path: '/muteType',
      Body: MuteTypeReq,
      handle: (call) =>
        changed(call, (context, groupId) =>
          call.body.muteType === 0 ? groups.unmute(context, { groupId }) : groups.mute(context, { groupId }),
        ),
    }),
    operation({
      path: '/update-group-maximum',
      also: [{ method: 'PUT', path: '/update-group-maximum' }],
      Body: MaximumReq,
      handle: (call) => {
        const { maximum } = call.body;
        return changed(call, (context, groupId) => groups.changeSettings(context, { groupId, changes: { maximum } }));
      },
    }),
    operation({
      path: '/update-group-status',
      also: [{ method: 'PUT', path: '/update-group-status' }],
      Body: StatusReq,
      handle: (call) => {
        const changes: readonly Change[] = [
          (context, groupId) => groups.reinstate(context, { groupId }),
          (context, groupId) => groups.suspend(context, { groupId, mode: 'blocked' }),
          (context, groupId) => groups.dismiss(context, { groupId, removeMembers: false }),
        ];
        const change = changes[call.body.status];
        if (change === undefined) throw new DomainError('InvalidArgument', { field: 'status', reason: 'unknown' });
        return changed(call, change);
      },
    }),
    operation({
      path: '/group-disband',
      also: published('/disband-group'),
      Body: GroupReq,
      handle: (call) => changed(call, (context, groupId) => groups.dismiss(context, { groupId, removeMembers: false })),
    }),
  ];
}

/** Somebody who has just come in: without a name in the group, and not muted. */
const newcomer = (memberId: string, memberType: number): WireMember => ({
  memberId,
  memberName: '',
  memberType,
  memberMuteTime: 0,
});

export function countsOf(group: Group, at: number): { readonly admins: number; readonly muted: number } {
  return { admins: group.adminIds.size, muted: group.members.count((member) => isMuted(member, at)) };
}

/** The state that a command left is that of a group. */
export function existing(state: GroupState): Group {
  if (state.status === 'none') throw new DomainError('GroupNotFound', { groupId: '' });
  return state;
}
