import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { DomainError, refuse } from '../shared/errors.js';
import { distinctSeqs } from '../shared/numbers.js';
import { MOST_SEQS } from './bounds.js';
import type { RevocationResult, RevokeMessages } from './commands.js';
import type { ConversationDecision, Decided } from './decision.js';
import type { MessageRevoked } from './events.js';
import { checkAbout, refuseClosed } from './opening.js';
import { factsOf, isGone, isOutsider, isOwn, refuseTaking, requireAccess, rightOver } from './reaching.js';
import type { MessageFacts } from './message-facts.js';
import type { ConversationState } from './state.js';

/** Taking messages back: the seq stays, what it says is gone. */
export function revokeMessages(
  state: ConversationState,
  command: Decided<RevokeMessages>,
): ConversationDecision<'RevokeMessages'> {
  checkAbout(command.about);
  requireAccess(command);
  refuseClosed(state);
  const by = actingUser(command.actor);
  const events: MessageRevoked[] = [];
  const items = distinctSeqs(command.seqs, MOST_SEQS).map((seq): RevocationResult => {
    const verdict = attempt(() => judge(state, command, seq));
    if (verdict instanceof DomainError) {
      if (command.unfit !== 'report') throw verdict;
      return { seq, result: resultOf(verdict) };
    }
    events.push({ type: 'MessageRevoked', data: { seq, ...verdict, by } });
    return { seq, result: 'revoked', as: verdict.as };
  });
  return { events, outcome: { command: 'RevokeMessages', alreadySo: events.length === 0, items } };
}

type Verdict = Pick<MessageRevoked['data'], 'senderId' | 'as'>;

/** Whose it is, and in virtue of what he revokes it. @throws what keeps him from it */
function judge(state: ConversationState, command: Decided<RevokeMessages>, seq: number): Verdict {
  const message = state.status === 'none' ? undefined : factsOf(state, seq, command.looked);
  if (isOutsider(command) && (message === undefined || !isOwn(command, message))) {
    refuse('NotGroupMember', { userIds: [actingUser(command.actor)] });
  }
  if (state.status === 'none' || message === undefined || isGone(state, message)) {
    refuse('MessageUnknown', { seqs: [seq] });
  }
  if (message.fate === 'revoked') refuse('MessageAlreadyRevoked', { seq });
  const right = rightOver(command, message) ?? refuseTaking(command, message);
  refuseTooLate(command, message);
  return { senderId: message.senderId, as: right };
}

function refuseTooLate(
  { about, standing, revokeWithin, actor, at }: Decided<RevokeMessages>,
  message: MessageFacts,
): void {
  const within = about.kind === 'group' ? (standing?.rules?.revokeWithin ?? null) : revokeWithin;
  if (within === null || hasAdminPowers(actor) || at - message.sentAt <= within) return;
  refuse('RevocationTooLate', { seq: message.seq, within });
}

function attempt(judged: () => Verdict): Verdict | DomainError {
  try {
    return judged();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

function resultOf({ kind }: DomainError): RevocationResult['result'] {
  if (kind === 'MessageUnknown') return 'unknown';
  if (kind === 'MessageAlreadyRevoked') return 'already';
  return kind === 'RevocationTooLate' ? 'tooLate' : 'notPermitted';
}
