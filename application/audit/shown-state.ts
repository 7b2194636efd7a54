import { isCollection, isKeyed } from 'immutable';
import { conversationDecider } from '../../domain/conversation/decider.js';
import type { ConversationState } from '../../domain/conversation/state.js';
import { friendshipDecider } from '../../domain/friendship/decider.js';
import type { Friendship } from '../../domain/friendship/state.js';
import { groupDecider } from '../../domain/group/decider.js';
import type { GroupState } from '../../domain/group/state.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { userDecider } from '../../domain/user/decider.js';
import { userGroupsDecider } from '../../domain/user-groups/decider.js';
import { viewDecider } from '../../domain/view/decider.js';
import type { RecordedEvent } from '../ports/envelope.js';
import type { StreamId } from '../streams.js';
import { Words } from './state-words.js';

/** Plain JSON: maps are objects in the order of their keys, sets are sorted. */
export type ShownState = Readonly<Record<string, unknown>>;

export interface StateAt {
  /** Of the last event that is in it; -1: there was none yet. */
  readonly revision: number;
  /** When that was decided, ms UTC; null where there is none. */
  readonly at: number | null;
  /** False where an event was of a type or schema that this version doesn't know: it stands for what came before. */
  readonly complete: boolean;
  readonly state: ShownState;
}

type Json = Record<string, unknown>;

interface Fold {
  readonly initial: unknown;
  evolve(state: unknown, event: DomainEvent): unknown;
}

const foldOf = <State, Event extends DomainEvent>(decider: {
  readonly initialState: State;
  evolve(state: State, event: Event): State;
}): Fold => ({
  initial: decider.initialState,
  // A stream holds events of its own aggregate only.
  evolve: (state, event) => decider.evolve(state as State, event as Event),
});

/** The very functions by which the live system folds. */
const folds: Readonly<Record<StreamId['category'], Fold>> = {
  group: foldOf(groupDecider),
  user: foldOf(userDecider),
  usergroups: foldOf(userGroupsDecider),
  friendship: foldOf(friendshipDecider),
  conversation: foldOf(conversationDecider),
  view: foldOf(viewDecider),
};

/**
 * One aggregate while it is folded. A state holds prints in the place of what people wrote about themselves; it is shown
 * with the words as they can be read now, and never with a print. What messages say isn't in it.
 */
export class Folding {
  private state: unknown;
  private readonly words = new Words();
  private last: RecordedEvent | undefined;
  private complete = true;

  constructor(private readonly of: StreamId) {
    this.state = folds[of.category].initial;
  }

  fold(recorded: RecordedEvent): void {
    this.last = recorded;
    if (recorded.event === undefined) {
      this.complete = false;
      return;
    }
    this.state = folds[this.of.category].evolve(this.state, recorded.event);
    this.words.hear(recorded.event);
  }

  shown(): StateAt {
    return {
      revision: this.last?.revision ?? -1,
      at: this.last?.envelope.occurredAt ?? null,
      complete: this.complete,
      state: this.withWords(),
    };
  }

  private withWords(): ShownState {
    const { profile, announcement, ext, cards } = this.words;
    switch (this.of.category) {
      case 'user': {
        const shown = plain(this.state) as Json;
        return 'profile' in shown ? { ...shown, profile: { ...profile } } : shown;
      }
      case 'group': {
        const state = this.state as GroupState;
        const shown = plain(state) as Json;
        if (state.status === 'none') return shown;
        const members = mapped(shown['members'] as Json, (member, userId) => ({
          ...(member as Json),
          card: { ...cards.get(userId) },
        }));
        return { ...shown, announcement: announcement === '' ? null : announcement, members };
      }
      case 'friendship': {
        const shown = plain(this.state as Friendship) as Json;
        const sides = mapped(shown['sides'] as Json, (side, userId) => {
          const { friend } = side as Json;
          return friend === null
            ? side
            : { ...(side as Json), friend: { ...(friend as Json), card: { ...cards.get(userId) } } };
        });
        return { ...shown, sides };
      }
      case 'conversation': {
        const state = this.state as ConversationState;
        if (state.status === 'none') return { status: 'none' };
        const { recent, ...rest } = state;
        const shown = recent.values().map(({ print, ...message }) => {
          void print;
          return [String(message.seq), message] as const;
        });
        return { ...(plain(rest) as Json), recent: Object.fromEntries(shown) as Json };
      }
      case 'view':
        return { ...(plain(this.state) as Json), ext };
      case 'usergroups':
        return plain(this.state) as Json;
    }
  }
}

const mapped = (record: Json, change: (value: unknown, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function plain(value: unknown): unknown {
  if (isCollection(value)) {
    if (!isKeyed(value)) return [...(value.valueSeq() as Iterable<unknown>)].map(plain).sort();
    const entries = [...(value.entries() as Iterable<[unknown, unknown]>)];
    return Object.fromEntries(entries.map(([key, each]): [string, unknown] => [String(key), plain(each)]).sort(byKey));
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return mapped(value as Json, plain);
  return value;
}
