import type { DomainEvent } from '../shared/event.js';

/**
 * One participant's side of a conversation (docs/events.md "View"). How far he has read is state, not history, and stands in
 * schema `system`; only what an app admin sets is a fact.
 */

/** Whether one is told of a conversation's messages: at once, only when one looks (`silent`), or they don't come at all. */
export type ReceiveOption = 'all' | 'silent' | 'none';

/** An app admin's; it may lower. */
export type ReadPositionSet = DomainEvent<'ReadPositionSet', { userId: string; upToSeq: number; by: string }>;

/** For him alone. */
export type MessagesHidden = DomainEvent<'MessagesHidden', { userId: string; seqs: number[]; by: string }>;

/** For him alone: up to this one, it included. */
export type HistoryCleared = DomainEvent<'HistoryCleared', { userId: string; upToSeq: number; by: string }>;

export type ConversationPinned = DomainEvent<'ConversationPinned', { userId: string; by: string }>;
export type ConversationUnpinned = DomainEvent<'ConversationUnpinned', { userId: string; by: string }>;

export type ReceiveOptionChanged = DomainEvent<
  'ReceiveOptionChanged',
  { userId: string; option: ReceiveOption; by: string }
>;

/** Personal to `userId`; null is cleared. */
export type ViewExtChanged = DomainEvent<'ViewExtChanged', { userId: string; ext: string | null; by: string }>;

/** Stored and shown for clients, which act on them. Times in seconds. */
export interface ViewSettingsChanges {
  /** Messages burn after reading. */
  privateChat?: boolean;
  burnSeconds?: number;
  destructs?: boolean;
  destructAfterSeconds?: number;
}

export type ViewSettingsChanged = DomainEvent<
  'ViewSettingsChanged',
  { userId: string; changes: ViewSettingsChanges; by: string }
>;

export type ViewEvent =
  | ReadPositionSet
  | MessagesHidden
  | HistoryCleared
  | ConversationPinned
  | ConversationUnpinned
  | ReceiveOptionChanged
  | ViewExtChanged
  | ViewSettingsChanged;
