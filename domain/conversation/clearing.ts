import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkWhole, distinctSeqs } from '../shared/numbers.js';
import { MOST_SEQS } from './bounds.js';
import type { ClearConversation, DeleteMessages, DeletionResult } from './commands.js';
import { alreadySo, type ConversationDecision, type Decided } from './decision.js';
import { checkAbout, refuseClosed } from './opening.js';
import { factsOf, isGone, isOutsider, isOwn, refuseTaking, requireAccess, rightOver } from './reaching.js';
import type { Conversation, ConversationState, MessageFacts } from './state.js';

/** Taking messages away from everybody, one by one or all up to now (docs/rules.md A7). For oneself alone: domain/view. */

export function deleteMessages(
  state: ConversationState,
  command: Decided<DeleteMessages>,
): ConversationDecision<'DeleteMessages'> {
  checkAbout(command.about);
  requireAccess(command);
  refuseClosed(state);
  const items = distinctSeqs(command.seqs, MOST_SEQS).map((seq): DeletionResult => ({
    seq,
    result: verdictOn(state, command, seq),
  }));
  const seqs = items.filter(({ result }) => result === 'deleted').map(({ seq }) => seq);
  return {
    events: seqs.length === 0 ? [] : [{ type: 'MessagesDeleted', data: { seqs, by: actingUser(command.actor) } }],
    outcome: { command: 'DeleteMessages', alreadySo: seqs.length === 0, items },
  };
}

function verdictOn(state: ConversationState, command: Decided<DeleteMessages>, seq: number): DeletionResult['result'] {
  const reports = command.unfit === 'report';
  const message = state.status === 'none' ? undefined : knownOf(state, command, seq);
  if (isOutsider(command) && (message === undefined || !isOwn(command, message))) {
    return reports ? 'notPermitted' : refuse('NotGroupMember', { userIds: [actingUser(command.actor)] });
  }
  if (state.status === 'none' || message === undefined) {
    return reports ? 'unknown' : refuse('MessageUnknown', { seqs: [seq] });
  }
  if (isGone(state, message)) return 'already';
  if (command.about.kind !== 'group' || rightOver(command, message) !== undefined) return 'deleted';
  return reports ? 'notPermitted' : refuseTaking(command, message);
}

/** Where either party may delete whatever was said, it needn't be known who said it. */
function knownOf(
  state: Conversation,
  { about, looked }: Decided<DeleteMessages>,
  seq: number,
): MessageFacts | undefined {
  const facts = factsOf(state, seq, looked);
  if (facts !== undefined || about.kind === 'group' || seq > state.lastSeq) return facts;
  return { seq, senderId: '', author: 'user', sentAt: 0, fate: state.olderFates.get(seq) ?? 'shown' };
}

export function clearConversation(
  state: ConversationState,
  command: Decided<ClearConversation>,
): ConversationDecision<'ClearConversation'> {
  checkAbout(command.about);
  requireAccess(command);
  requireMayClear(command);
  refuseClosed(state);
  const { lastSeq, clearedUpTo } = state.status === 'none' ? { lastSeq: 0, clearedUpTo: 0 } : state;
  const upToSeq = command.upToSeq ?? lastSeq;
  checkWhole('upToSeq', upToSeq, 0, lastSeq);
  if (upToSeq <= clearedUpTo) return alreadySo({ command: 'ClearConversation', alreadySo: true, upToSeq: clearedUpTo });
  return {
    events: [{ type: 'ConversationCleared', data: { upToSeq, by: actingUser(command.actor) } }],
    outcome: { command: 'ClearConversation', alreadySo: false, upToSeq },
  };
}

function requireMayClear({ about, standing, actor }: Decided<ClearConversation>): void {
  if (about.kind !== 'group' || hasAdminPowers(actor)) return;
  if (standing?.role == null) refuse('NotGroupMember', { userIds: [actingUser(actor)] });
  if (standing.role === 'member') refuse('NotGroupManager', { groupId: about.groupId });
}
