import type { FriendshipEvent } from '../../domain/friendship/events.js';

/** What one of two has of the other, as a reader of the history makes it out. */
export interface SideAsTold {
  /** The other is in his list. */
  friend: boolean;
  remark: string;
  pinned: boolean;
  blocks: 'requested' | 'friendRemoved' | null;
  /** His newest request to the other, and how it stands. */
  request: { readonly id: string; status: string } | undefined;
}

export type FriendshipAsTold = ReadonlyMap<string, SideAsTold>;

/**
 * Reads a pair's history as an outsider would, without the domain's own code, and holds every event against what must be
 * true of any two people. `appends`: the events of each command, written as one; what is said of both holds after the last
 * of them.
 * @throws Error naming the law that is broken
 */
export function lawfulFriendship(
  a: string,
  b: string,
  appends: readonly (readonly FriendshipEvent[])[],
): FriendshipAsTold {
  const sides = new Map<string, SideAsTold>([a, b].map((id) => [id, newSide()]));
  const ids = new Set<string>();
  const law = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`${what}\n${JSON.stringify(appends, undefined, 1)}`);
  };
  const side = (id: string): SideAsTold => {
    const found = sides.get(id);
    if (found === undefined) throw new Error(`an event of somebody else: ${id}`);
    return found;
  };
  for (const events of appends) {
    for (const event of events) tell(event, side, ids, law);
    const [one, other] = [side(a), side(b)];
    const mutual = one.friend && other.friend;
    const pending = [one, other].filter(({ request }) => request?.status === 'pending').length;
    law(pending <= 1, 'requests that cross become a friendship');
    law(pending === 0 || !mutual, 'nothing is asked between friends');
    const shutOut = [one, other].some(({ blocks }) => blocks === 'friendRemoved');
    law(!mutual || !shutOut, 'no friend is blocked for having been none');
  }
  return sides;
}

const newSide = (): SideAsTold => ({ friend: false, remark: '', pinned: false, blocks: null, request: undefined });

function tell(
  { type, data }: FriendshipEvent,
  side: (id: string) => SideAsTold,
  ids: Set<string>,
  law: (holds: boolean, what: string) => void,
): void {
  switch (type) {
    case 'FriendRequested':
      law(side(data.from).request?.status !== 'pending', 'a request is ended before its maker asks again');
      law(!ids.has(data.requestId), 'each request has an id of its own');
      ids.add(data.requestId);
      side(data.from).request = { id: data.requestId, status: 'pending' };
      return;
    case 'FriendRequestAnswered':
    case 'FriendRequestWithdrawn': {
      const { request } = side(data.from);
      law(request?.id === data.requestId && request.status === 'pending', 'a request ends once');
      if (request) request.status = type === 'FriendRequestAnswered' ? data.answer : data.why;
      return;
    }
    case 'FriendAdded':
      law(!side(data.ownerId).friend, 'a friend is added once');
      law(
        data.requestId === undefined ||
          side(data.friendId).request !== undefined ||
          side(data.ownerId).request !== undefined,
        'who is added by a request was asked',
      );
      Object.assign(side(data.ownerId), { friend: true, remark: '', pinned: false });
      return;
    case 'FriendRemoved':
      law(side(data.ownerId).friend, 'who is removed was a friend');
      Object.assign(side(data.ownerId), { friend: false, remark: '', pinned: false });
      return;
    case 'FriendCardChanged': {
      const own = side(data.ownerId);
      law(own.friend, 'a card is of a friend');
      law(data.changes !== undefined || data.pinned !== undefined, 'a change changes something');
      law(data.pinned !== own.pinned, 'what is pinned is not pinned again');
      if (data.pinned !== undefined) own.pinned = data.pinned;
      if (data.changes?.remark !== undefined) {
        law((data.changes.remark ?? '') !== own.remark, 'a remark is not written again');
        own.remark = data.changes.remark ?? '';
      }
      return;
    }
    case 'UserBlocked': {
      const own = side(data.ownerId);
      law(
        own.blocks === null || (own.blocks === 'friendRemoved' && data.why === 'requested'),
        'who is blocked stays so',
      );
      law(data.why === 'requested' || !own.friend, 'a block that comes with taking him off the list follows it');
      own.blocks = data.why;
      return;
    }
    case 'UserUnblocked':
      law(side(data.ownerId).blocks !== null, 'who is let in was blocked');
      law(data.why === 'requested' || side(data.blockedId).friend, 'who is let in as a friend is one');
      side(data.ownerId).blocks = null;
  }
}
