import { actingUser, hasAdminPowers, type Actor } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import type { OpenConversation } from './commands.js';
import { alreadySo, type ConversationDecision, type Decided } from './decision.js';
import type { ConversationAbout, ConversationOpened } from './events.js';
import { evolve, noConversation, type Conversation, type ConversationState } from './state.js';

export function openConversation(
  state: ConversationState,
  { about, actor }: Decided<OpenConversation>,
): ConversationDecision<'OpenConversation'> {
  requireServer(actor, 'only the server and app admins open a conversation without a message');
  checkAbout(about);
  if (state.status !== 'none') return alreadySo({ command: 'OpenConversation', alreadySo: true });
  return {
    events: [{ type: 'ConversationOpened', data: { about } }],
    outcome: { command: 'OpenConversation', alreadySo: false },
  };
}

/** The conversation as it is, or opened for what follows in the same append. */
export interface OpenedFor {
  readonly conversation: Conversation;
  /** What opens it; none when it is open. */
  readonly opening: readonly ConversationOpened[];
}

export function openedFor(state: ConversationState, about: ConversationAbout): OpenedFor {
  if (state.status !== 'none') return { conversation: state, opening: [] };
  const opened: ConversationOpened = { type: 'ConversationOpened', data: { about } };
  return { conversation: evolve(noConversation, opened) as Conversation, opening: [opened] };
}

/** @throws ConversationClosed */
export function refuseClosed(state: ConversationState): void {
  if (state.status === 'closed') refuse('ConversationClosed', { why: 'groupDismissed' });
}

/** @throws InvalidArgument, SelfNotAllowed (a chat with oneself) */
export function checkAbout(about: ConversationAbout): void {
  switch (about.kind) {
    case 'single':
      checkId('userId', about.a);
      checkId('userId', about.b);
      if (about.a === about.b) refuse('SelfNotAllowed', { userId: about.a });
      if (about.b < about.a) refuse('InvalidArgument', { field: 'about', reason: 'a pair stands in code unit order' });
      return;
    case 'group':
      checkId('groupId', about.groupId);
      return;
    case 'notification':
      checkId('userId', about.userId);
  }
}

/** @throws NotPermitted for an auditor, who only reads */
export function refuseAuditor(actor: Actor): void {
  if (actor.kind === 'auditor') refuse('NotPermitted', { reason: 'auditors only read' });
}

/** @throws NotPermitted to all but app admins and the server's own processes */
export function requireServer(actor: Actor, reason: string): void {
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason });
}

/** Whether the conversation is this person's by what it is about; a group's own members its group knows. */
export function isNamed(about: ConversationAbout, userId: string): boolean {
  if (about.kind === 'single') return userId === about.a || userId === about.b;
  return about.kind === 'notification' && userId === about.userId;
}

/** @throws NotAParticipant to whoever is no party to a single chat or a notification conversation, and no app admin */
export function refuseStranger(about: ConversationAbout, actor: Actor): void {
  const userId = actingUser(actor);
  if (about.kind !== 'group' && !hasAdminPowers(actor) && !isNamed(about, userId))
    refuse('NotAParticipant', { userId });
}
