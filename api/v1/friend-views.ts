import type {
  BlockView,
  FriendDirections,
  FriendRequestView,
  FriendView,
} from '../../application/queries/friendships.js';
import type { FriendshipSettings } from '../../domain/friendship/settings.js';
import { isoTime } from './reading.js';
import type { Block, Friend, FriendRequest, Friendship, TenantSettings } from './schemas/friendships.js';
import type { Shown } from './schemas/types.js';
import { isoOrNull, userBody } from './views.js';

/** How `/v1` shows what the read models know of friends. */

export const friendBody = (friend: FriendView): Shown<typeof Friend> => ({
  friendId: friend.friendId,
  user: friend.user && userBody(friend.user),
  since: isoTime(friend.since),
  source: friend.source,
  addedBy: friend.addedBy,
  requestId: friend.requestId,
  pinned: friend.pinned,
  card: friend.card,
});

export const friendRequestBody = (request: FriendRequestView): Shown<typeof FriendRequest> => ({
  requestId: request.requestId,
  from: request.from,
  to: request.to,
  fromUser: request.fromUser && userBody(request.fromUser),
  toUser: request.toUser && userBody(request.toUser),
  message: request.message,
  source: request.source,
  ext: request.ext,
  status: request.status === 'blocked' ? 'ignored' : request.status,
  askedAt: isoTime(request.askedAt),
  endedAt: isoOrNull(request.endedAt),
  handledBy: request.handledBy,
  handledMessage: request.handledMessage,
});

export const blockBody = (block: BlockView): Shown<typeof Block> => ({
  userId: block.blockedId,
  user: block.user && userBody(block.user),
  blockedAt: isoTime(block.blockedAt),
  why: block.why,
  ext: block.ext,
});

/** Of whoever asks (`a`) and the other one. */
export const friendshipBody = (
  otherId: string,
  found: {
    readonly friend: FriendView | undefined;
    readonly directions: FriendDirections;
    readonly block: BlockView | undefined;
    readonly requests: readonly FriendRequestView[];
  },
): Shown<typeof Friendship> => {
  const requestFrom = (mine: boolean) => found.requests.find(({ to }) => (to === otherId) === mine);
  const [sent, received] = [requestFrom(true), requestFrom(false)];
  return {
    otherId,
    friend: found.friend ? friendBody(found.friend) : null,
    inOthersList: found.directions.inListOfB,
    block: found.block ? blockBody(found.block) : null,
    sent: sent ? friendRequestBody(sent) : null,
    received: received ? friendRequestBody(received) : null,
  };
};

/** What is decided for every tenant's chats. */
export interface ChatSettings {
  /** ms; null = any time. */
  readonly revokeWithinMs: number | null;
  readonly chatNotices: boolean;
}

export const tenantSettingsBody = (
  settings: FriendshipSettings,
  { revokeWithinMs, chatNotices }: ChatSettings,
): Shown<typeof TenantSettings> => ({
  strangersMayWrite: settings.strangersMayWrite,
  friendRequestAgainAfterSeconds: settings.requestAgainAfterMs / 1_000,
  deletingBlocks: settings.deletingBlocks,
  blockedMayAsk: settings.blockedMayAsk,
  privateRevokeWithinSeconds: revokeWithinMs === null ? null : revokeWithinMs / 1_000,
  chatNotices,
});
