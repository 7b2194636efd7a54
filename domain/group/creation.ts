import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId, checkNewId } from '../shared/ids.js';
import { checkText } from '../shared/text.js';
import { refuseAuditor } from './authority.js';
import {
  checkJoinPolicy,
  checkListLength,
  checkMaximum,
  checkProfile,
  checkSettings,
  repeatedItems,
} from './bounds.js';
import type { CreateGroup, InitialMemberResult } from './commands.js';
import type { Decided, GroupDecision } from './decision.js';
import type { GroupCreated, GroupSettings, MemberJoined } from './events.js';
import { groupPresets, isPresetName, type GroupPreset } from './presets.js';
import type { Role, RuleValues } from './rules.js';
import type { GroupState } from './state.js';

/** A label, not a text; no API's is longer. */
const KIND = { min: 0, max: 64, unit: 'characters' } as const;

/** `GroupCreated`, the owner's `MemberJoined`, then those of admins and members as named: one append (EVENTS.md). */
export function createGroup(state: GroupState, command: Decided<CreateGroup>): GroupDecision<'CreateGroup'> {
  const { groupId, number, actor, at, ownerId } = command;
  refuseAuditor(actor);
  checkNewId('groupId', groupId, number);
  const incarnation = nextIncarnation(state, groupId);
  const preset = resolvePreset(command.preset);
  const values = preset.rules.values;
  checkOwner(values, command);
  checkProfile(values, command);
  checkText('kind', command.kind ?? '', KIND);
  const maximum = command.maximum ?? preset.defaults.maximum;
  checkMaximum(values, maximum);
  const joinPolicy = command.joinPolicy ?? preset.defaults.joinPolicy;
  checkJoinPolicy(values, joinPolicy);
  const settings = { ...preset.defaults.settings, ...command.settings };
  checkSettings(settings);

  const items = initialMembers(values, command);
  const joining = items.filter((item) => item.result === 'joined');
  const admins = joining.filter((item) => item.role === 'admin').length;
  if (values.limits.admins !== null && admins > values.limits.admins) {
    refuse('TooManyAdmins', { maximum: values.limits.admins });
  }
  const memberCount = joining.length + (ownerId === null ? 0 : 1);
  if (memberCount > maximum) refuse('GroupFull', { maximum });

  const creatorId = actingUser(actor);
  const created: GroupCreated = {
    type: 'GroupCreated',
    data: {
      groupId,
      number,
      incarnation,
      rules: preset.rules,
      kind: command.kind ?? '',
      name: command.name,
      avatar: command.avatar ?? '',
      introduction: command.introduction ?? '',
      ext: command.ext ?? '',
      customFields: (command.customFields ?? []).map(({ key, value }) => ({ key, value })),
      ownerId,
      creatorId,
      maximum,
      joinPolicy: { selfJoin: joinPolicy.selfJoin, memberInvite: joinPolicy.memberInvite },
      settings: knownSettings(settings),
      createdAt: at,
      origin: { kind: 'created' },
    },
  };
  const joins = (userId: string, role: Role): MemberJoined => ({
    type: 'MemberJoined',
    data: {
      groupId,
      userId,
      role,
      source: 'creation',
      ...(userId !== creatorId && { inviterId: creatorId }),
      joinedAt: at,
      seesEarlier: values.newcomerSeesEarlier,
    },
  });
  return {
    events: [
      created,
      ...(ownerId === null ? [] : [joins(ownerId, 'owner')]),
      ...joining.map(({ userId, role }) => joins(userId, role)),
    ],
    outcome: {
      command: 'CreateGroup',
      alreadySo: false,
      groupId,
      number,
      incarnation,
      items: items.map(({ userId, result }) => ({ userId, result })),
      memberCount,
    },
  };
}

/** An id is taken for good, save that a dismissed group's rules may free it for a next incarnation (001, RULES A4). */
function nextIncarnation(state: GroupState, groupId: string): number {
  if (state.status === 'none') return 1;
  if (state.status === 'live' || !state.rules.values.idReusableAfterDismissal) refuse('GroupIdTaken', { groupId });
  return state.incarnation + 1;
}

function resolvePreset(preset: string | GroupPreset): GroupPreset {
  if (typeof preset !== 'string') return preset;
  if (isPresetName(preset)) return groupPresets[preset];
  return refuse('InvalidArgument', { field: 'preset', reason: 'no such preset' });
}

/** A user creates for himself, an app admin for anybody or, where the rules allow it, for nobody. */
function checkOwner(values: RuleValues, { ownerId, actor }: Decided<CreateGroup>): void {
  if (ownerId === null && !values.mayBeOwnerless) {
    refuse('InvalidArgument', { field: 'ownerId', reason: 'the rules want an owner' });
  }
  if (ownerId !== null) checkId('ownerId', ownerId);
  if (ownerId !== actingUser(actor) && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'a user creates groups of his own only' });
  }
}

/** Every admin and member named, with the role he gets or that he was named before. */
function initialMembers(
  values: RuleValues,
  { ownerId, admins = [], members = [], repeated = 'refuse' }: CreateGroup,
): (InitialMemberResult & { readonly role: Role })[] {
  checkListLength('members', admins.length + members.length, { min: 0, max: values.limits.initialMembers });
  for (const userId of admins) checkId('admins', userId);
  for (const userId of members) checkId('members', userId);
  const named = [...(ownerId === null ? [] : [ownerId]), ...admins, ...members];
  const items = repeatedItems(named);
  if (items.length > 0 && repeated === 'refuse') refuse('DuplicateItems', { field: 'members', items });

  const seen = new Set(ownerId === null ? [] : [ownerId]);
  return [
    ...admins.map((userId) => ({ userId, role: 'admin' as const })),
    ...members.map((userId) => ({ userId, role: 'member' as const })),
  ].map(({ userId, role }) => {
    const result = seen.has(userId) ? ('repeated' as const) : ('joined' as const);
    seen.add(userId);
    return { userId, role, result };
  });
}

/** What stands in a fact for ever is only what the type names, whatever else the caller's object held. */
function knownSettings(settings: GroupSettings): GroupSettings {
  const { memberProtection, lookMemberInfo, addMemberAsFriend, retention } = settings;
  return {
    ...(memberProtection !== undefined && { memberProtection }),
    ...(lookMemberInfo !== undefined && { lookMemberInfo }),
    ...(addMemberAsFriend !== undefined && { addMemberAsFriend }),
    ...(retention !== undefined && { retention }),
  };
}
