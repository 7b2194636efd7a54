import { type Friendship, sideOf } from './state.js';

/** What a single chat's standing takes of a friendship (docs/rules.md A9). */
export interface SeenByPeer {
  readonly blockedByPeer: boolean;
  readonly friendOfPeer: boolean;
}

/** How `from` stands with `to`, to whom he writes: it is the other's list and the other's blocks that count. */
export function seenByPeer(state: Friendship, from: string, to: string): SeenByPeer {
  if (from === to) return { blockedByPeer: false, friendOfPeer: true };
  const peer = sideOf(state, to);
  return { blockedByPeer: peer.blocks !== null, friendOfPeer: peer.friend !== null };
}
