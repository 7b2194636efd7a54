import type { BlockView, FriendRequestView, FriendView } from '../../../application/queries/friendships.js';
import type { FriendSource } from '../../../domain/friendship/events.js';
import type { FriendRequestStatus } from '../../../domain/friendship/state.js';
import { type PublicUserInfo, publicUserInfo, unseen, userInfo, type UserInfo } from './views.js';

/** `createTime` is in seconds (docs/rules.md A18). */
export interface FriendInfo {
  readonly ownerUserID: string;
  readonly remark: string;
  readonly createTime: number;
  readonly friendUser: UserInfo;
  readonly addSource: number;
  readonly operatorUserID: string;
  readonly ex: string;
  readonly isPinned: boolean;
}

export interface FriendRequest {
  readonly fromUserID: string;
  readonly fromNickname: string;
  readonly fromFaceURL: string;
  readonly toUserID: string;
  readonly toNickname: string;
  readonly toFaceURL: string;
  readonly handleResult: number;
  readonly reqMsg: string;
  readonly createTime: number;
  readonly handlerUserID: string;
  readonly handleMsg: string;
  readonly handleTime: number;
  readonly ex: string;
}

/** `createTime` is in seconds, save where an operation says otherwise. */
export interface BlackInfo {
  readonly ownerUserID: string;
  readonly createTime: number;
  readonly blackUserInfo: PublicUserInfo;
  readonly addSource: number;
  readonly operatorUserID: string;
  readonly ex: string;
}

/** 1 brought in by the app, 2 however else. */
const addSourceOf = (source: FriendSource): number => (source === 'import' ? 1 : 2);

const seconds = (ms: number): number => Math.floor(ms / 1_000);

export const friendInfo = (friend: FriendView, isAppAdmin: boolean): FriendInfo => ({
  ownerUserID: friend.ownerId,
  remark: friend.card.remark ?? '',
  createTime: seconds(friend.since),
  friendUser: userInfo(friend.user ?? unseen(friend.friendId), isAppAdmin),
  addSource: addSourceOf(friend.source),
  operatorUserID: friend.addedBy,
  ex: friend.card.ext ?? '',
  isPinned: friend.pinned,
});

/** 0 pending, 1 agreed, -1 refused: whatever else ended it is no agreement. */
const handleResults: Readonly<Record<FriendRequestStatus, -1 | 0 | 1>> = {
  pending: 0,
  accepted: 1,
  becameFriends: 1,
  refused: -1,
  ignored: -1,
  superseded: -1,
  blocked: -1,
  withdrawn: -1,
};

/** The statuses that these results show. */
export const friendStatusesOf = (results: readonly number[]): FriendRequestStatus[] =>
  (Object.keys(handleResults) as FriendRequestStatus[]).filter((status) => results.includes(handleResults[status]));

export const friendRequest = (request: FriendRequestView): FriendRequest => ({
  fromUserID: request.from,
  fromNickname: request.fromUser?.nickname ?? '',
  fromFaceURL: request.fromUser?.avatar ?? '',
  toUserID: request.to,
  toNickname: request.toUser?.nickname ?? '',
  toFaceURL: request.toUser?.avatar ?? '',
  handleResult: handleResults[request.status],
  reqMsg: request.message ?? '',
  createTime: request.askedAt,
  handlerUserID: request.handledBy ?? '',
  handleMsg: request.handledMessage ?? '',
  handleTime: request.endedAt ?? 0,
  ex: request.ext ?? '',
});

export const blackInfo = (block: BlockView): BlackInfo => ({
  ownerUserID: block.ownerId,
  createTime: seconds(block.blockedAt),
  blackUserInfo: publicUserInfo(block.user ?? unseen(block.blockedId)),
  addSource: 0,
  operatorUserID: block.blockedBy,
  ex: block.ext ?? '',
});
