import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { admit, broughtBy, endInvitation, hasExpired, requireRoom, roomIn, roomToWait } from './admission.js';
import { liveGroup, requireMay } from './authority.js';
import { checkListLength, checkMessage, checkReason } from './bounds.js';
import type { AdditionResult, AddMembers, AnswerInvitation, Invitee, WithdrawInvitation } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { GroupEvent, InvitationStage, MemberInvited } from './events.js';
import type { RuleValues } from './rules.js';
import { roleOf, type Group, type GroupState, type PendingInvitation } from './state.js';

/** Being named by somebody else: who joins at once, who is asked, who has to approve (D0 "invite by ordinary"). */

export function addMembers(state: GroupState, command: Decided<AddMembers>): GroupDecision<'AddMembers'> {
  const group = liveGroup(state, command);
  checkAddition(group, command);
  const naming = namingOf(group, command);
  const items = judged(group, command, naming);
  refuseItems(group, command, items, naming);
  return {
    events: [
      ...expiredGivingWay(group, items, command.at),
      ...items.flatMap((item) => addition(group, item, command, naming)),
    ],
    outcome: {
      command: 'AddMembers',
      alreadySo: items.every(({ result, standing }) => standing || result === 'already' || result === 'repeated'),
      items: items.map(({ userId, result }) => ({ userId, result })),
    },
  };
}

function checkAddition({ rules: { values } }: Group, { invitees, reason, expiresAt, at }: Decided<AddMembers>): void {
  checkListLength('invitees', invitees.length, { min: 1, max: values.limits.listItems });
  for (const { userId, inviteId } of invitees) {
    checkId('invitees', userId);
    checkId('inviteId', inviteId);
  }
  if (reason !== undefined) checkReason(values, reason);
  if (expiresAt !== undefined && (!Number.isSafeInteger(expiresAt) || expiresAt <= at)) {
    refuse('InvalidArgument', { field: 'expiresAt', reason: 'must be whole milliseconds UTC, still to come' });
  }
}

/** In virtue of what the actor names others, and what it takes beside the invitee's own word. */
interface Naming {
  /** null: an app admin who isn't a member adds by his power, as nobody's guest. */
  readonly inviterId: string | null;
  readonly needsManager: boolean;
  readonly asks: boolean;
}

/** @throws RulesForbid, NotGroupMember, InviteClosed, NotPermitted */
function namingOf(group: Group, { actor, consent = 'ask' }: Decided<AddMembers>): Naming {
  requireMay(group, actor, 'invite');
  if (consent === 'waive' && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'only app admins add people without asking them' });
  }
  const user = actingUser(actor);
  const role = roleOf(group, user);
  const byPower = hasAdminPowers(actor) && group.rules.values.may.invite.includes('appAdmin');
  // The join policy binds ordinary members; owner and admins need nobody's approval (003 needVerification, 002 joinType).
  const policy = byPower || role !== 'member' ? 'joins' : group.joinPolicy.memberInvite;
  if (policy === 'refused') refuse('InviteClosed', { groupId: group.groupId });
  return {
    inviterId: role === undefined ? null : user,
    needsManager: policy === 'approval',
    asks: consent === 'ask',
  };
}

type Judged = AdditionResult & {
  readonly invitee: Invitee;
  readonly awaits: readonly InvitationStage[];
  /** This very invitation is pending already. */
  readonly standing: boolean;
};

/** What each person named comes to, in the order of the command. */
function judged(group: Group, { invitees, at }: Decided<AddMembers>, naming: Naming): Judged[] {
  const seen = new Set<string>();
  let room = roomIn(group);
  // Looks through all that wait only where it matters.
  let places = group.invitations.size + invitees.length <= group.maximum ? invitees.length : roomToWait(group, at);
  return invitees.map((invitee) => {
    const { userId, inviteId, exists = true } = invitee;
    const awaits = awaited(group.rules.values, invitee, naming);
    const standing = awaits.length > 0 && group.invitations.get(userId)?.inviteId === inviteId;
    const result = ((): AdditionResult['result'] => {
      if (seen.has(userId)) return 'repeated';
      seen.add(userId);
      if (!exists) return 'unknown';
      if (group.members.has(userId)) return 'already';
      if (awaits.length > 0) {
        if (!standing && !waits(group, userId, at)) {
          if (places === 0) return 'full';
          places -= 1;
        }
        return awaits.includes('invitee') ? 'awaitsInvitee' : 'awaitsManager';
      }
      if (room === 0) return 'full';
      room -= 1;
      return 'joined';
    })();
    return { userId, result, invitee, awaits, standing };
  });
}

const waits = ({ invitations }: Group, userId: string, at: number): boolean => {
  const pending = invitations.get(userId);
  return pending !== undefined && !hasExpired(pending, at);
};

/** Beyond the maximum, each new one ends one that has expired, so that a group remembers no more of them than that. */
function expiredGivingWay(group: Group, items: readonly Judged[], at: number): GroupEvent[] {
  const { invitations, maximum } = group;
  const added = items.filter((item) => awaitsSomebody(item) && !invitations.has(item.userId)).length;
  const beyond = Math.min(added, invitations.size + added - maximum);
  if (beyond <= 0) return [];
  const named = new Set(items.map(({ userId }) => userId));
  return invitations
    .valueSeq()
    .filter((pending) => hasExpired(pending, at) && !named.has(pending.userId))
    .take(beyond)
    .flatMap(({ userId }) => endInvitation(group, userId, 'expired', at))
    .toArray();
}

const awaitsSomebody = ({ result }: AdditionResult): boolean =>
  result === 'awaitsInvitee' || result === 'awaitsManager';

const awaited = (values: RuleValues, invitee: Invitee, { asks, needsManager }: Naming): InvitationStage[] => [
  ...(asks && wantsToBeAsked(values, invitee) ? (['invitee'] as const) : []),
  ...(needsManager ? (['manager'] as const) : []),
];

/** D0 "invite by ordinary": whether the invitee is asked is the rules' to say, and his own where they leave it to him. */
export const wantsToBeAsked = ({ inviteeConsent }: RuleValues, { wantsConsent = false }: Invitee): boolean =>
  inviteeConsent === 'always' || (inviteeConsent === 'byUserSetting' && wantsConsent);

function refuseItems(
  group: Group,
  command: Decided<AddMembers>,
  items: readonly Judged[],
  { needsManager }: Naming,
): void {
  const { repeated = 'report', already = 'report', unknown = 'refuse', full = 'refuse' } = command;
  const of = (result: AdditionResult['result']): string[] =>
    items.filter((item) => item.result === result).map(({ userId }) => userId);
  const [doubled, inside, missing] = [of('repeated'), of('already'), of('unknown')];
  if (repeated === 'refuse' && doubled.length > 0) refuse('DuplicateItems', { field: 'invitees', items: doubled });
  if (unknown === 'refuse' && missing.length > 0) refuse('UserNotFound', { userIds: missing });
  const refusesInside = already === 'refuse' || (already === 'refuseWhereJoining' && !needsManager);
  if (refusesInside && inside.length > 0) refuse('AlreadyGroupMember', { userIds: inside });
  if (full === 'refuse' && of('full').length > 0) refuse('GroupFull', { maximum: group.maximum });
}

function addition(group: Group, item: Judged, command: Decided<AddMembers>, naming: Naming): GroupEvent[] {
  const { userId, result, awaits, standing } = item;
  const pends = awaitsSomebody(item);
  if (standing || (result !== 'joined' && !pends)) return [];
  const { at, actor } = command;
  if (!pends && naming.inviterId === null)
    return admit(group, { userId, source: 'admin', ...broughtBy(actor, userId) }, at);
  const inviterId = naming.inviterId ?? actingUser(actor);
  const { inviteId } = item.invitee;
  // Joining by another one, he wasn't refused by the one that is pending: 003's lists tell these apart.
  const ended = endInvitation(group, userId, pends ? 'superseded' : 'joinedOtherwise', at);
  const invited = invitation(group, { userId, inviteId, inviterId, awaits }, command);
  if (pends) return [...ended, invited];
  return [...ended, invited, ...admit(group, { userId, source: 'invitation', inviterId, inviteId }, at)];
}

function invitation(
  { groupId }: Group,
  who: {
    readonly userId: string;
    readonly inviteId: string;
    readonly inviterId: string;
    readonly awaits: readonly InvitationStage[];
  },
  { reason, expiresAt }: Pick<AddMembers, 'reason' | 'expiresAt'>,
): MemberInvited {
  return {
    type: 'MemberInvited',
    data: {
      groupId,
      inviteId: who.inviteId,
      userId: who.userId,
      inviterId: who.inviterId,
      ...(reason !== undefined && reason !== '' && { reason }),
      awaits: [...who.awaits],
      ...(expiresAt !== undefined && who.awaits.length > 0 && { expiresAt }),
    },
  };
}

export function answerInvitation(
  state: GroupState,
  command: Decided<AnswerInvitation>,
): GroupDecision<'AnswerInvitation'> {
  const group = liveGroup(state, command);
  const { userId, actor, answer, message } = command;
  checkMessage(group.rules.values, message);
  const own = actingUser(actor) === userId;
  // Whether there is an invitation to somebody else is told to managers only.
  if (!own) requireMay(group, actor, 'answerJoinRequests');
  const pending = pendingInvitation(group, command);
  const stage = own ? 'invitee' : 'manager';
  if (!pending.awaits.includes(stage))
    refuse('InvitationHandled', { userId, how: `awaits ${pending.awaits.join(', ')}` });
  if (hasExpired(pending, command.at)) {
    refuse('InvitationExpired', { userId, expiredAt: pending.expiresAt ?? command.at });
  }
  const joins = answer === 'accepted' && pending.awaits.length === 1;
  return {
    events: answeredInvitation(group, pending, stage, command),
    outcome: { command: 'AnswerInvitation', alreadySo: false, userId, inviteId: pending.inviteId, joined: joins },
  };
}

/** The answer, and the joining where it was the last one awaited. @throws GroupFull */
export function answeredInvitation(
  group: Group,
  { inviteId, userId, inviterId, awaits, approvedBy: approvedBefore }: PendingInvitation,
  stage: InvitationStage,
  { answer, message, actor, at }: Pick<Decided<AnswerInvitation>, 'answer' | 'message' | 'actor' | 'at'>,
): GroupEvent[] {
  const by = actingUser(actor);
  const answered: GroupEvent = {
    type: 'InvitationAnswered',
    data: {
      groupId: group.groupId,
      inviteId,
      userId,
      stage,
      answer,
      by,
      ...(message !== undefined && message !== '' && { message }),
    },
  };
  if (answer !== 'accepted' || awaits.length > 1) return [answered];
  requireRoom(group);
  const approvedBy = stage === 'manager' ? by : (approvedBefore ?? undefined);
  return [answered, ...admit(group, { userId, source: 'invitation', inviterId, inviteId, approvedBy }, at)];
}

/** @throws InvitationHandled, InvitationNotFound */
function pendingInvitation(
  group: Group,
  { userId, inviteId }: Pick<AnswerInvitation, 'userId' | 'inviteId'>,
): PendingInvitation {
  const pending = group.invitations.get(userId);
  if (pending !== undefined && (inviteId === undefined || inviteId === pending.inviteId)) return pending;
  const ended = group.endedInvitations.get(userId);
  if (ended !== undefined && (inviteId === undefined || inviteId === ended.id)) {
    refuse('InvitationHandled', { userId, how: ended.how });
  }
  return refuse('InvitationNotFound', { userId });
}

export function withdrawInvitation(
  state: GroupState,
  command: Decided<WithdrawInvitation>,
): GroupDecision<'WithdrawInvitation'> {
  const group = liveGroup(state, command);
  const { userId, actor, at } = command;
  const pending = group.invitations.get(userId);
  const ended = group.endedInvitations.get(userId);
  const { inviterId } = pending ?? ended ?? {};
  if (inviterId !== actingUser(actor)) requireMay(group, actor, 'answerJoinRequests');
  const named = command.inviteId === undefined || command.inviteId === ended?.id;
  // Withdrawn when it had expired, it ended as expired: gone all the same.
  if (pending === undefined && ended !== undefined && ['withdrawn', 'expired'].includes(ended.how) && named) {
    return alreadySo({ command: 'WithdrawInvitation', alreadySo: true, userId, inviteId: ended.id });
  }
  const { inviteId } = pendingInvitation(group, command);
  return {
    events: endInvitation(group, userId, 'withdrawn', at),
    outcome: { command: 'WithdrawInvitation', alreadySo: false, userId, inviteId },
  };
}
