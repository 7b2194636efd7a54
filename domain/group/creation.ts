import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { checkAll, refuse } from '../shared/errors.js';
import { checkId, checkNewId } from '../shared/ids.js';
import { checkText } from '../shared/text.js';
import { refuseAuditor } from './authority.js';
import {
  checkAnnouncement,
  checkCard,
  checkJoinPolicy,
  checkListLength,
  checkMaximum,
  checkPast,
  checkProfile,
  checkSettings,
  repeatedItems,
} from './bounds.js';
import type { CreateGroup, InitialMemberResult } from './commands.js';
import type { Decided, GroupDecision } from './decision.js';
import type {
  GroupCreated,
  GroupEvent,
  GroupSettings,
  JoinSource,
  MemberCard,
  MemberInvited,
  MemberJoined,
} from './events.js';
import { givenCard } from './card.js';
import { wantsToBeAsked } from './invitations.js';
import { groupPresets, isPresetName, type GroupPreset } from './presets.js';
import type { Role, RuleValues } from './rules.js';
import type { GroupState } from './state.js';

/** A label, not a text; no API's is longer. */
export const KIND = { min: 0, max: 64, unit: 'characters' } as const;

/**
 * `GroupCreated`, the owner's `MemberJoined`, then those of admins and members as named, or the invitations of whoever is
 * asked first, and what is announced: one append (docs/events.md).
 */
export function createGroup(state: GroupState, command: Decided<CreateGroup>): GroupDecision<'CreateGroup'> {
  const { groupId, number, actor, at, ownerId } = command;
  refuseAuditor(actor);
  checkNewId('groupId', groupId, number);
  const incarnation = nextIncarnation(state, groupId);
  const preset = resolvePreset(command.preset);
  const values = preset.rules.values;
  checkOwner(values, command);
  const maximum = command.maximum ?? preset.defaults.maximum;
  const joinPolicy = command.joinPolicy ?? preset.defaults.joinPolicy;
  const settings = { ...preset.defaults.settings, ...command.settings };
  checkAll(
    () => {
      checkProfile(values, command);
    },
    () => {
      checkText('kind', command.kind ?? '', KIND);
    },
    () => {
      checkMaximum(values, maximum);
    },
    () => {
      checkJoinPolicy(values, joinPolicy);
    },
    () => {
      checkSettings(settings);
    },
    () => {
      checkAnnouncement(values, command.announcement ?? '');
    },
    ...Object.values(command.cards ?? {}).map((card) => () => {
      checkCard(values, card);
    }),
  );
  checkOrigin(command);

  const items = initialMembers(values, command);
  const joining = items.filter((item) => item.result === 'joined');
  const admins = joining.filter((item) => item.role === 'admin').length;
  if (values.limits.admins !== null && admins > values.limits.admins) {
    refuse('TooManyAdmins', { maximum: values.limits.admins });
  }
  const memberCount = joining.length + (ownerId === null ? 0 : 1);
  if (memberCount > maximum) refuse('GroupFull', { maximum });

  const creatorId = actingUser(actor);
  const createdAt = command.createdAt ?? at;
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
      createdAt,
      origin: originOf(command),
    },
  };
  const source = originOf(command).kind === 'imported' ? 'import' : 'creation';
  const joins = (userId: string, role: Role, from: JoinSource): MemberJoined => ({
    type: 'MemberJoined',
    data: {
      groupId,
      userId,
      role,
      source: from,
      ...(userId !== creatorId && { inviterId: creatorId }),
      joinedAt: createdAt,
      seesEarlier: values.newcomerSeesEarlier,
      ...givenCard(cardOf(command, userId)),
    },
  });
  return {
    events: [
      created,
      ...(ownerId === null ? [] : [joins(ownerId, 'owner', source)]),
      ...items.flatMap(({ userId, role, result, inviteId }): GroupEvent[] => {
        if (result === 'joined') return [joins(userId, role, command.copyOf === undefined ? source : 'copy')];
        return inviteId === undefined ? [] : [asked(groupId, { userId, inviteId, inviterId: creatorId })];
      }),
      ...announced(command, creatorId),
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

const cardOf = ({ cards = {} }: CreateGroup, userId: string): MemberCard =>
  Object.hasOwn(cards, userId) ? (cards[userId] ?? {}) : {};

const asked = (
  groupId: string,
  who: { readonly userId: string; readonly inviteId: string; readonly inviterId: string },
): MemberInvited => ({ type: 'MemberInvited', data: { groupId, ...who, awaits: ['invitee'] } });

function announced({ groupId, announcement = '' }: CreateGroup, by: string): GroupEvent[] {
  return announcement === '' ? [] : [{ type: 'AnnouncementPublished', data: { groupId, text: announcement, by } }];
}

function originOf({ createdAt, copyOf }: CreateGroup): GroupCreated['data']['origin'] {
  if (copyOf !== undefined) return { kind: 'copied', from: copyOf };
  return createdAt === undefined ? { kind: 'created' } : { kind: 'imported' };
}

/** What came from elsewhere, or nobody's consent, only an app admin can vouch for. */
function checkOrigin({ createdAt, copyOf, consent, actor, at }: Decided<CreateGroup>): void {
  if (createdAt !== undefined) checkPast('createdAt', createdAt, at);
  if (copyOf !== undefined) checkId('copyOf', copyOf);
  if (createdAt !== undefined && copyOf !== undefined) {
    refuse('InvalidArgument', { field: 'createdAt', reason: 'a copy is made now' });
  }
  if (hasAdminPowers(actor)) return;
  if (createdAt !== undefined) refuse('NotPermitted', { reason: 'only app admins import groups' });
  if (consent === 'waive') refuse('NotPermitted', { reason: 'only app admins add people without asking them' });
}

/** An id is taken for good, save that a dismissed group's rules may free it for a next incarnation (001, docs/rules.md A4). */
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
  { ownerId, admins = [], members = [], repeated = 'refuse', invitees = [], consent = 'ask' }: CreateGroup,
): (InitialMemberResult & { readonly role: Role; readonly inviteId?: string })[] {
  // Of an API whose lists hold the owner, too, he is none of those named (004 create: the creator is expected inside).
  const others = new Set([...admins, ...members].filter((userId) => userId !== ownerId));
  checkListLength('members', others.size, { min: 0, max: values.limits.initialMembers });
  for (const userId of admins) checkId('admins', userId);
  for (const userId of members) checkId('members', userId);
  const named = [...(ownerId === null ? [] : [ownerId]), ...admins, ...members];
  const items = repeatedItems(named);
  if (items.length > 0 && repeated === 'refuse') refuse('DuplicateItems', { field: 'members', items });

  const asking = new Map(
    invitees
      .filter((invitee) => consent === 'ask' && wantsToBeAsked(values, invitee))
      .map(({ userId, inviteId }) => [userId, inviteId]),
  );
  for (const inviteId of asking.values()) checkId('inviteId', inviteId);
  const seen = new Set(ownerId === null ? [] : [ownerId]);
  return [
    ...admins.map((userId) => ({ userId, role: 'admin' as const })),
    ...members.map((userId) => ({ userId, role: 'member' as const })),
  ].map(({ userId, role }) => {
    if (seen.has(userId)) return { userId, role, result: 'repeated' };
    seen.add(userId);
    const inviteId = asking.get(userId);
    return inviteId === undefined
      ? { userId, role, result: 'joined' }
      : { userId, role, result: 'awaitsInvitee', inviteId };
  });
}

/** What stands in a fact for ever is only what the type names, whatever else the caller's object held. */
function knownSettings(settings: GroupSettings): GroupSettings {
  const { memberProtection, lookMemberInfo, addMemberAsFriend, retention } = settings;
  return { memberProtection, lookMemberInfo, addMemberAsFriend, retention };
}
