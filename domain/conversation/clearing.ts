import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkWhole, distinctSeqs } from '../shared/numbers.js';
import { MOST_SEQS } from './bounds.js';
import type { ClearConversation, DeleteMessages, DeletionResult } from './commands.js';
import { alreadySo, type ConversationDecision, type Decided } from './decision.js';
import type { ConversationCleared, DeletedAs } from './events.js';
import { checkAbout, isNamed, refuseClosed } from './opening.js';
import { factsOf, isGone, isOutsider, isOwn, refuseTaking, requireAccess, rightOver } from './reaching.js';
import type { MessageFacts } from './message-facts.js';
import type { Conversation, ConversationState } from './state.js';

/** Taking messages away from everybody, one by one or all up to now (docs/rules.md A7). For oneself alone: domain/view. */

export function deleteMessages(
  state: ConversationState,
  command: Decided<DeleteMessages>,
): ConversationDecision<'DeleteMessages'> {
  checkAbout(command.about);
  requireAccess(command);
  refuseClosed(state);
  const verdicts = distinctSeqs(command.seqs, MOST_SEQS).map((seq) => ({ seq, ...verdictOn(state, command, seq) }));
  const items = verdicts.map(({ seq, result }): DeletionResult => ({ seq, result }));
  const deleted = verdicts.flatMap(({ seq, as }) => (as === undefined ? [] : [{ seq, as }]));
  const seqs = deleted.map(({ seq }) => seq);
  // A role is what it took as soon as one of them wasn't his own.
  const as = deleted.find((each) => each.as !== 'sender')?.as ?? 'sender';
  return {
    events: seqs.length === 0 ? [] : [{ type: 'MessagesDeleted', data: { seqs, by: actingUser(command.actor), as } }],
    outcome: { command: 'DeleteMessages', alreadySo: seqs.length === 0, items },
  };
}

interface Verdict {
  readonly result: DeletionResult['result'];
  /** In virtue of what it is deleted now. */
  readonly as?: DeletedAs;
}

function verdictOn(state: ConversationState, command: Decided<DeleteMessages>, seq: number): Verdict {
  const reports = command.unfit === 'report';
  const message = state.status === 'none' ? undefined : knownOf(state, command, seq);
  if (isOutsider(command) && (message === undefined || !isOwn(command, message))) {
    return reports ? { result: 'notPermitted' } : refuse('NotGroupMember', { userIds: [actingUser(command.actor)] });
  }
  if (state.status === 'none' || message === undefined) {
    return reports ? { result: 'unknown' } : refuse('MessageUnknown', { seqs: [seq] });
  }
  if (isGone(state, message)) return { result: 'already' };
  const as = command.about.kind === 'group' ? rightOver(command, message) : partyOrAdmin(command);
  if (as !== undefined) return { result: 'deleted', as };
  return reports ? { result: 'notPermitted' } : refuseTaking(command, message);
}

const partyOrAdmin = ({ about, actor }: Decided<DeleteMessages | ClearConversation>): 'party' | 'appAdmin' =>
  isNamed(about, actingUser(actor)) ? 'party' : 'appAdmin';

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
  const as = rightToClear(command);
  refuseClosed(state);
  const { lastSeq, clearedUpTo } = state.status === 'none' ? { lastSeq: 0, clearedUpTo: 0 } : state;
  const upToSeq = command.upToSeq ?? lastSeq;
  checkWhole('upToSeq', upToSeq, 0, lastSeq);
  if (upToSeq <= clearedUpTo) return alreadySo({ command: 'ClearConversation', alreadySo: true, upToSeq: clearedUpTo });
  return {
    events: [{ type: 'ConversationCleared', data: { upToSeq, by: actingUser(command.actor), as } }],
    outcome: { command: 'ClearConversation', alreadySo: false, upToSeq },
  };
}

/** @throws NotGroupMember, NotGroupManager */
function rightToClear(command: Decided<ClearConversation>): ConversationCleared['data']['as'] {
  const { about, standing, actor } = command;
  if (about.kind !== 'group') return partyOrAdmin(command);
  const role = standing?.role;
  if (role === 'owner' || role === 'admin') return role;
  if (hasAdminPowers(actor)) return 'appAdmin';
  if (role == null) refuse('NotGroupMember', { userIds: [actingUser(actor)] });
  return refuse('NotGroupManager', { groupId: about.groupId });
}
