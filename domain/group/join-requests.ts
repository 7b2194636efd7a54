import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { admit, endRequest, hasExpired, requireRoom } from './admission.js';
import { liveGroup, memberOf, requireMay } from './authority.js';
import { checkExt, checkMessage } from './bounds.js';
import type { AnswerJoinRequest, RequestToJoin, WithdrawJoinRequest } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { GroupEvent } from './events.js';
import { answeredInvitation } from './invitations.js';
import type { Ended, Group, GroupState, PendingInvitation, PendingRequest } from './state.js';

/** Asking to come in, and being answered (D0 "self join", docs/rules.md A6). */

export function requestToJoin(state: GroupState, command: Decided<RequestToJoin>): GroupDecision<'RequestToJoin'> {
  const group = liveGroup(state, command);
  const { userId, requestId, actor, at, source, inviterId } = command;
  checkRequest(group, command);
  if (actingUser(actor) !== userId && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'a user asks for himself only' });
  }
  if (group.members.has(userId)) {
    return alreadySo({ command: 'RequestToJoin', alreadySo: true, userId, result: 'already' });
  }
  if (group.joinPolicy.selfJoin === 'closed') refuse('JoinClosed', { groupId: group.groupId });
  // It stays the applicant's word, but nobody outside brings anybody in, save an app admin who asks for him.
  const adminBrings = hasAdminPowers(actor) && inviterId === actor.id;
  if (inviterId !== undefined && !adminBrings) memberOf(group, inviterId);
  if (group.joinPolicy.selfJoin === 'open') {
    requireRoom(group);
    return {
      events: admit(
        group,
        { userId, source: source === undefined || source === 'request' ? 'open' : source, inviterId },
        at,
      ),
      outcome: { command: 'RequestToJoin', alreadySo: false, userId, result: 'joined' },
    };
  }
  const outcome = { command: 'RequestToJoin', userId, result: 'requested', requestId } as const;
  if (group.requests.get(userId)?.requestId === requestId) return alreadySo({ ...outcome, alreadySo: true });
  return {
    events: [...endRequest(group, userId, 'superseded'), requested(group, command)],
    outcome: { ...outcome, alreadySo: false },
  };
}

function checkRequest(
  { rules: { values } }: Group,
  { userId, requestId, message, inviterId, ext }: RequestToJoin,
): void {
  checkId('userId', userId);
  checkId('requestId', requestId);
  if (inviterId !== undefined) checkId('inviterId', inviterId);
  checkMessage(values, message);
  if (ext !== undefined) checkExt('ext', ext, values);
}

const requested = (
  { groupId }: Group,
  { userId, requestId, message, source = 'request', inviterId, ext }: RequestToJoin,
): GroupEvent => ({
  type: 'JoinRequested',
  data: {
    groupId,
    requestId,
    userId,
    ...(message !== undefined && message !== '' && { message }),
    source,
    ...(inviterId !== undefined && { inviterId }),
    ...(ext !== undefined && ext !== '' && { ext }),
  },
});

export function answerJoinRequest(
  state: GroupState,
  command: Decided<AnswerJoinRequest>,
): GroupDecision<'AnswerJoinRequest'> {
  const group = liveGroup(state, command);
  const { userId, answer, message } = command;
  checkMessage(group.rules.values, message);
  requireMay(group, command.actor, 'answerJoinRequests');
  const request = namedRequest(group, command);
  const invitation = command.alsoInvitation === true ? invitationForManagers(group, command) : undefined;
  if (request === undefined && invitation === undefined) refuseAnswer(group, command);

  const joinsByRequest = request !== undefined && answer === 'approved';
  // Approved, the request is what he joins by, and its joining ends the invitation.
  const invitationAnswered = invitation === undefined || joinsByRequest ? [] : answeredFor(group, invitation, command);
  const events = [...(request === undefined ? [] : answeredRequest(group, request, command)), ...invitationAnswered];
  return {
    events,
    outcome: {
      command: 'AnswerJoinRequest',
      alreadySo: false,
      userId,
      joined: events.some(({ type }) => type === 'MemberJoined'),
    },
  };
}

function namedRequest(group: Group, { userId, requestId }: AnswerJoinRequest): PendingRequest | undefined {
  const pending = group.requests.get(userId);
  return requestId === undefined || requestId === pending?.requestId ? pending : undefined;
}

function invitationForManagers(
  group: Group,
  { userId, requestId, at }: Decided<AnswerJoinRequest>,
): PendingInvitation | undefined {
  const pending = group.invitations.get(userId);
  if (pending === undefined || !pending.awaits.includes('manager') || hasExpired(pending, at)) return undefined;
  return requestId === undefined || requestId === pending.inviteId ? pending : undefined;
}

function answeredFor(group: Group, invitation: PendingInvitation, command: Decided<AnswerJoinRequest>): GroupEvent[] {
  const answer = ({ approved: 'accepted', refused: 'declined', ignored: 'ignored' } as const)[command.answer];
  return answeredInvitation(group, invitation, 'manager', { ...command, answer });
}

/** @throws GroupFull */
function answeredRequest(
  group: Group,
  { userId, requestId, source, inviterId }: PendingRequest,
  { answer, message, actor, at }: Decided<AnswerJoinRequest>,
): GroupEvent[] {
  const by = actingUser(actor);
  const answered: GroupEvent = {
    type: 'JoinRequestAnswered',
    data: {
      groupId: group.groupId,
      requestId,
      userId,
      answer,
      by,
      ...(message !== undefined && message !== '' && { message }),
    },
  };
  if (answer !== 'approved') return [answered];
  requireRoom(group);
  const admission = { userId, source, inviterId: inviterId ?? undefined, requestId, approvedBy: by };
  return [answered, ...admit(group, admission, at)];
}

/** @throws JoinRequestHandled for what has ended, JoinRequestNotFound for what never was */
function refuseAnswer(
  group: Group,
  command: Pick<Decided<AnswerJoinRequest>, 'userId' | 'requestId' | 'alsoInvitation' | 'at'>,
): never {
  const { userId, requestId, alsoInvitation = false } = command;
  const ended = [group.endedRequests.get(userId), ...(alsoInvitation ? handledInvitations(group, command) : [])].find(
    (one) => one !== undefined && (requestId === undefined || requestId === one.id),
  );
  if (ended !== undefined) refuse('JoinRequestHandled', { userId, how: ended.how });
  return refuse('JoinRequestNotFound', { userId });
}

/** Those on which managers have nothing more to say: one that still awaits the invitee, too, once they have agreed. */
function handledInvitations(
  group: Group,
  { userId, at }: Pick<Decided<AnswerJoinRequest>, 'userId' | 'at'>,
): (Pick<Ended, 'id' | 'how'> | undefined)[] {
  const pending = group.invitations.get(userId);
  const ended = group.endedInvitations.get(userId);
  if (pending === undefined) return [ended];
  const { inviteId: id, approvedBy } = pending;
  if (hasExpired(pending, at)) return [{ id, how: 'expired' }, ended];
  return [approvedBy === null ? undefined : { id, how: 'accepted' }, ended];
}

export function withdrawJoinRequest(
  state: GroupState,
  command: Decided<WithdrawJoinRequest>,
): GroupDecision<'WithdrawJoinRequest'> {
  const group = liveGroup(state, command);
  const { userId, requestId, actor } = command;
  if (actingUser(actor) !== userId && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'a request is taken back by who made it' });
  }
  const pending = group.requests.get(userId);
  if (pending !== undefined && (requestId === undefined || requestId === pending.requestId)) {
    return {
      events: endRequest(group, userId, 'withdrawn'),
      outcome: { command: 'WithdrawJoinRequest', alreadySo: false, userId, requestId: pending.requestId },
    };
  }
  const ended = group.endedRequests.get(userId);
  if (ended?.how === 'withdrawn' && (requestId === undefined || requestId === ended.id)) {
    return alreadySo({ command: 'WithdrawJoinRequest', alreadySo: true, userId, requestId: ended.id });
  }
  return refuseAnswer(group, command);
}
