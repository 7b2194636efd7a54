import type { GroupView } from '../../../application/queries/groups.js';
import type { GroupChange } from '../../../domain/group/commands.js';
import type { CustomField, MemberCard } from '../../../domain/group/events.js';
import { groupPresets } from '../../../domain/group/presets.js';
import { requestContext } from '../shared/context.js';
import { isRefusal } from '../shared/refusals.js';
import { ChangeOwnerReq } from './member-dto.js';
import {
  CreateGroupReq,
  GroupReq,
  ModifyGroupReq,
  type CustomDataItem,
  type NewGroupReq,
  type NewMemberItem,
} from './group-dto.js';
import { presetOf, wireTypeOf } from './group-types.js';
import { groupIdOf } from './ids.js';
import { liveGroup } from './live-group.js';
import type { Looks } from './looks.js';
import type { NewGroup } from '../../../application/commands/groups.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { fieldsOf, selfJoins } from './views.js';

/** Initial members at most (docs/rules.md D3). */
const INITIAL_MEMBERS = 100;

/** What makes, changes and ends groups. */
export function groupOperations(services: TencentServices, looks: Looks): Operation[] {
  const { groupCommands: groups, groupChanges } = services;

  return [
    operation({
      command: 'create_group',
      Body: CreateGroupReq,
      handle: async (call) => {
        const { body } = call;
        const asked = { ...newGroupOf(body), ...initialMembersOf(body), consent: 'waive', repeated: 'report' } as const;
        return makeGroup(services, looks, call, asked);
      },
    }),
    operation({
      command: 'destroy_group',
      Body: GroupReq,
      handle: async (call) => {
        const groupId = groupIdOf(call.body);
        await groups.dismiss(requestContext(call), { groupId, removeMembers: true, kept: 'refuse' });
        return {};
      },
    }),
    operation({
      command: 'modify_group_base_info',
      Body: ModifyGroupReq,
      handle: async (call) => {
        const groupId = groupIdOf(call.body);
        const steps = changesOf(call.body);
        if (steps.length > 0) await groupChanges.together(requestContext(call), { groupId, steps });
        else await liveGroup(groupChanges, requestContext(call), groupId);
        return {};
      },
    }),
    operation({
      command: 'change_group_owner',
      Body: ChangeOwnerReq,
      handle: async (call) => {
        const groupId = groupIdOf(call.body);
        await groups.transfer(requestContext(call), { groupId, to: call.body.NewOwner_Account });
        return {};
      },
    }),
  ];
}

/** @throws TencentRefused groupIdTaken, groupIdOwn */
export async function makeGroup(
  { groupCommands, groups }: Pick<TencentServices, 'groupCommands' | 'groups'>,
  looks: Looks,
  call: Parameters<typeof requestContext>[0],
  asked: NewGroup,
): Promise<{ readonly GroupId: string }> {
  try {
    const { outcome } = await groupCommands.create(requestContext(call), asked);
    return { GroupId: outcome.groupId };
  } catch (error) {
    if (!isRefusal(error, 'GroupIdTaken')) throw error;
    const { caller } = call;
    const { groupId = '', ownerId } = asked;
    await looks.upToDate(caller);
    const group = await groups.groupById(caller.tenant, groupId);
    throw new TencentRefused(group !== undefined && isOwn(group, ownerId) ? 'groupIdOwn' : 'groupIdTaken', groupId);
  }
}

/** It belongs to him; or it was imported without an owner, and is imported so again. */
const isOwn = (group: GroupView, ownerId: string | null): boolean =>
  group.ownerId === ownerId && (ownerId !== null || group.origin.kind === 'imported');

/** What a new group is told, an imported one as well. @throws TencentRefused badGroupId, noPermission */
export function newGroupOf(body: NewGroupReq): NewGroup {
  const { GroupId = '', Owner_Account = '', AppDefinedData, ApplyJoinOption } = body;
  const type = wireTypeOf(body.Type);
  const preset = presetOf(type);
  const { joinPolicy } = groupPresets[preset].defaults;
  const maximum = body.MaxMemberCount ?? body.MaxMemberNum;
  return {
    ...(GroupId !== '' && { groupId: groupIdOf({ GroupId }) }),
    preset,
    kind: type,
    ownerId: Owner_Account === '' ? null : Owner_Account,
    name: body.Name,
    ...(body.FaceUrl !== undefined && { avatar: body.FaceUrl }),
    ...(body.Introduction !== undefined && { introduction: body.Introduction }),
    ...(body.Notification !== undefined && { announcement: body.Notification }),
    ...(AppDefinedData !== undefined && { customFields: fieldsOf(given(AppDefinedData)) }),
    ...(maximum !== undefined && { maximum }),
    // It means something only where people may ask to come in.
    ...(ApplyJoinOption !== undefined &&
      type === 'Public' && { joinPolicy: { ...joinPolicy, selfJoin: selfJoins[ApplyJoinOption] } }),
  };
}

const given = (items: readonly CustomDataItem[]): CustomDataItem[] => items.filter(({ Value }) => Value !== '');

/** @throws TencentRefused tooManyAccounts, badParameters */
function initialMembersOf({
  MemberList = [],
  Owner_Account = '',
}: CreateGroupReq): Pick<NewGroup, 'admins' | 'members' | 'cards'> {
  if (MemberList.length > INITIAL_MEMBERS) {
    throw new TencentRefused('tooManyAccounts', `a group begins with ${INITIAL_MEMBERS.toString()} members at most`);
  }
  const others = MemberList.filter(({ Member_Account, Role }) => {
    if (Role === 'Owner' && Member_Account !== Owner_Account) {
      throw new TencentRefused('badParameters', 'the owner is whom Owner_Account names');
    }
    return Member_Account !== Owner_Account;
  });
  const named = (isAdmin: boolean): string[] =>
    others.filter(({ Role }) => (Role === 'Admin') === isAdmin).map(({ Member_Account }) => Member_Account);
  const cards = Object.fromEntries(MemberList.map((item) => [item.Member_Account, cardOf(item)]));
  return { admins: named(true), members: named(false), cards };
}

export const cardOf = ({ NameCard, AppMemberDefinedData }: Omit<NewMemberItem, 'Member_Account'>): MemberCard => ({
  ...(NameCard !== undefined && { nickname: NameCard }),
  ...(AppMemberDefinedData !== undefined && { customFields: fieldsOf(given(AppMemberDefinedData)) }),
});

/** What is omitted stays; of custom fields, each that isn't named. */
function changesOf(body: ModifyGroupReq): GroupChange[] {
  const { Name, Introduction, FaceUrl, Notification, ApplyJoinOption, AppDefinedData = [] } = body;
  const maximum = body.MaxMemberNum ?? body.MaxMemberCount;
  const muted = body.MuteAllMember ?? body.ShutUpAllMember;
  const changes = {
    ...(Name !== undefined && { name: Name }),
    ...(Introduction !== undefined && { introduction: Introduction }),
    ...(FaceUrl !== undefined && { avatar: FaceUrl }),
  };
  const steps: GroupChange[] = [];
  if (Object.keys(changes).length > 0 || AppDefinedData.length > 0) {
    const { set: setFields, remove: removeFields } = fieldChanges(AppDefinedData);
    steps.push({ type: 'ChangeGroupProfile', changes, setFields, removeFields });
  }
  if (Notification !== undefined) steps.push({ type: 'PublishAnnouncement', text: Notification });
  if (ApplyJoinOption !== undefined) steps.push({ type: 'ChangeJoinPolicy', selfJoin: selfJoins[ApplyJoinOption] });
  if (maximum !== undefined) steps.push({ type: 'ChangeGroupSettings', changes: { maximum } });
  if (muted === 'On') steps.push({ type: 'MuteGroup' });
  if (muted === 'Off') steps.push({ type: 'UnmuteGroup' });
  return steps;
}

/** Each that is named is set or, with no value, taken away. */
export const fieldChanges = (items: readonly CustomDataItem[]): { set: CustomField[]; remove: string[] } => ({
  set: fieldsOf(given(items)),
  remove: items.filter(({ Value }) => Value === '').map(({ Key }) => Key),
});
