import { Set } from 'immutable';
import { fingerprint } from '../shared/fingerprint.js';
import type { ReceiveOption, ViewEvent, ViewSettingsChanges } from './events.js';

/** What decisions need of one participant's side of a conversation. */
export interface View {
  readonly pinned: boolean;
  readonly receiveOption: ReceiveOption;
  /** Of its text; null = none. */
  readonly ext: number | null;
  readonly settings: Readonly<Required<ViewSettingsChanges>>;
  /** Hidden from him up to this one, it included; 0 = nothing. */
  readonly clearedUpTo: number;
  /** Hidden one by one, above `clearedUpTo`: the newest `HIDDEN_REMEMBERED`. */
  readonly hidden: Set<number>;
}

/** Of whoever has set nothing. */
export const untouchedView: View = {
  pinned: false,
  receiveOption: 'all',
  ext: null,
  settings: { privateChat: false, burnSeconds: 0, destructs: false, destructAfterSeconds: 0 },
  clearedUpTo: 0,
  hidden: Set(),
};

/**
 * Hidden messages that are known to be hidden. Of more the oldest are forgotten here, and hidden nonetheless: to hide one of
 * them again writes an event that changes nothing.
 */
export const HIDDEN_REMEMBERED = 1_000;

/** Whether he no longer sees it, as far as it is remembered. */
export const isHidden = ({ clearedUpTo, hidden }: View, seq: number): boolean => seq <= clearedUpTo || hidden.has(seq);

/** null for what says nothing. */
export const printOf = (ext: string | null | undefined): number | null => (ext ? fingerprint(ext) : null);

/** Folds one event. Total, also where the ext was erased (null); a type unknown here changes nothing. */
export function evolve(view: View, event: ViewEvent): View {
  switch (event.type) {
    case 'MessagesHidden':
      return { ...view, hidden: newest(view.hidden.concat(event.data.seqs), view.clearedUpTo) };
    case 'HistoryCleared': {
      const clearedUpTo = Math.max(view.clearedUpTo, event.data.upToSeq);
      return { ...view, clearedUpTo, hidden: newest(view.hidden, clearedUpTo) };
    }
    case 'ConversationPinned':
      return { ...view, pinned: true };
    case 'ConversationUnpinned':
      return { ...view, pinned: false };
    case 'ReceiveOptionChanged':
      return { ...view, receiveOption: event.data.option };
    case 'ViewExtChanged':
      return { ...view, ext: printOf(event.data.ext) };
    case 'ViewSettingsChanged':
      return { ...view, settings: { ...view.settings, ...event.data.changes } };
    default:
      return view;
  }
}

function newest(seqs: Set<number>, clearedUpTo: number): Set<number> {
  const above = seqs.filter((seq) => seq > clearedUpTo);
  if (above.size <= HIDDEN_REMEMBERED) return above;
  return Set(
    above
      .toArray()
      .sort((a, b) => b - a)
      .slice(0, HIDDEN_REMEMBERED),
  );
}
