import Type from 'typebox';
import type { FriendshipEvent } from '../../../domain/friendship/events.js';
import type { EventSchema } from '../schema.js';
import { type Agrees, Closed, OneOf, OrNull, Time } from './types.js';

const Id = Type.String({ minLength: 1 });
const Source = OneOf('request', 'import', 'search', 'scan', 'group', 'card', 'contacts', 'other');
const Clearable = Type.Optional(OrNull(Type.String()));

const payloads = {
  FriendRequested: Closed({
    requestId: Id,
    from: Id,
    to: Id,
    message: Type.String(),
    source: Source,
    ext: Type.String(),
    by: Id,
    askedAt: Time,
  }),
  FriendRequestAnswered: Closed({
    requestId: Id,
    from: Id,
    to: Id,
    answer: OneOf('accepted', 'refused', 'ignored'),
    by: Id,
    message: Type.String(),
  }),
  FriendRequestWithdrawn: Closed({
    requestId: Id,
    from: Id,
    to: Id,
    why: OneOf('superseded', 'becameFriends', 'blocked', 'withdrawn'),
    by: Id,
  }),
  FriendAdded: Closed({ ownerId: Id, friendId: Id, source: Source, requestId: Type.Optional(Id), by: Id }),
  FriendRemoved: Closed({ ownerId: Id, friendId: Id, by: Id }),
  FriendCardChanged: Closed({
    ownerId: Id,
    friendId: Id,
    by: Id,
    changes: Type.Optional(
      Closed({
        remark: Clearable,
        description: Clearable,
        phone: Clearable,
        region: Clearable,
        image: Clearable,
        ext: Clearable,
      }),
    ),
    pinned: Type.Optional(Type.Boolean()),
  }),
  UserBlocked: Closed({
    ownerId: Id,
    blockedId: Id,
    ext: Type.String(),
    why: OneOf('requested', 'friendRemoved'),
    by: Id,
  }),
  UserUnblocked: Closed({ ownerId: Id, blockedId: Id, why: OneOf('requested', 'becameFriends'), by: Id }),
};

/** Doesn't compile when a schema and the domain's type part ways. */
export const friendshipSchemasAgree: Agrees<FriendshipEvent, typeof payloads> = true;

export const friendshipEvents: readonly EventSchema[] = [
  {
    type: 'FriendRequested',
    version: 1,
    payload: payloads.FriendRequested,
    personal: ['message', 'ext'].map((path) => ({ path, subject: 'from' })),
  },
  {
    type: 'FriendRequestAnswered',
    version: 1,
    payload: payloads.FriendRequestAnswered,
    personal: [{ path: 'message', subject: 'to' }],
  },
  { type: 'FriendRequestWithdrawn', version: 1, payload: payloads.FriendRequestWithdrawn },
  { type: 'FriendAdded', version: 1, payload: payloads.FriendAdded },
  { type: 'FriendRemoved', version: 1, payload: payloads.FriendRemoved },
  {
    type: 'FriendCardChanged',
    version: 1,
    payload: payloads.FriendCardChanged,
    personal: [{ path: 'changes', subject: 'ownerId' }],
  },
  {
    type: 'UserBlocked',
    version: 1,
    payload: payloads.UserBlocked,
    personal: [{ path: 'ext', subject: 'ownerId' }],
  },
  { type: 'UserUnblocked', version: 1, payload: payloads.UserUnblocked },
];
