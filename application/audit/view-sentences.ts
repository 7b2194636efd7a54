import type { ViewEvent } from '../../domain/view/events.js';
import { listed, named, type Sentences, unlessSelf } from './words.js';

export const viewSentences: Sentences<ViewEvent> = {
  ReadPositionSet: ({ userId, upToSeq, by }) => `${by} set how far ${userId} has read to message ${upToSeq.toString()}`,

  MessagesHidden: ({ userId, seqs, by }) => `${by} hid ${listed('message', seqs)} from ${own(userId, by)}`,

  HistoryCleared: ({ userId, upToSeq, by }) =>
    `${by} hid everything up to message ${upToSeq.toString()} from ${own(userId, by)}`,

  ConversationPinned: ({ userId, by }) => `${by} pinned the conversation${unlessSelf(userId, by)}`,

  ConversationUnpinned: ({ userId, by }) => `${by} unpinned the conversation${unlessSelf(userId, by)}`,

  ReceiveOptionChanged: ({ userId, option, by }) => `${by} set how ${userId} receives messages here to ${option}`,

  ViewExtChanged: ({ userId, by }) => `${by} changed what is attached to the conversation${unlessSelf(userId, by)}`,

  ViewSettingsChanged: ({ userId, changes, by }) =>
    `${by} changed the conversation (${named(changes)})${unlessSelf(userId, by)}`,
};

const own = (userId: string, by: string): string => (userId === by ? 'themselves' : userId);
