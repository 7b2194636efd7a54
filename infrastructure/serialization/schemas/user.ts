import Type from 'typebox';
import type { UserEvent } from '../../../domain/user/events.js';
import type { EventSchema } from '../schema.js';
import { type Agrees, Closed, OneOf, OrNull, Positive } from './types.js';

const UserId = Type.String({ minLength: 1 });

const payloads = {
  UserRegistered: Closed({
    userId: UserId,
    number: Positive,
    nickname: Type.String(),
    avatar: Type.String(),
    ext: Type.String(),
    region: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
  }),
  UserProfileChanged: Closed({
    userId: UserId,
    changes: Closed({
      nickname: Type.Optional(Type.String()),
      avatar: Type.Optional(OrNull(Type.String())),
      ext: Type.Optional(OrNull(Type.String())),
      gender: Type.Optional(OrNull(Type.String())),
      region: Type.Optional(OrNull(Type.String())),
      phone: Type.Optional(OrNull(Type.String())),
    }),
  }),
  UserPrivacyChanged: Closed({
    userId: UserId,
    changes: Closed({
      groupInviteConsent: Type.Optional(Type.Boolean()),
      friendRequestConsent: Type.Optional(Type.Boolean()),
      searchable: Type.Optional(Type.Boolean()),
    }),
  }),
  UserAccountSearchChanged: Closed({ userId: UserId, searchable: Type.Boolean() }),
  UserReceiveOptionChanged: Closed({ userId: UserId, option: OneOf('all', 'silent', 'none') }),
  UserErased: Closed({ userId: UserId, reason: Type.String() }),
};

/** Doesn't compile when a schema and the domain's type part ways. */
export const userSchemasAgree: Agrees<UserEvent, typeof payloads> = true;

export const userEvents: readonly EventSchema[] = [
  {
    type: 'UserRegistered',
    version: 1,
    payload: payloads.UserRegistered,
    personal: ['nickname', 'avatar', 'ext', 'region', 'phone'].map((path) => ({ path, subject: 'userId' })),
  },
  {
    type: 'UserProfileChanged',
    version: 1,
    payload: payloads.UserProfileChanged,
    personal: [{ path: 'changes', subject: 'userId' }],
  },
  { type: 'UserPrivacyChanged', version: 1, payload: payloads.UserPrivacyChanged },
  { type: 'UserAccountSearchChanged', version: 1, payload: payloads.UserAccountSearchChanged },
  { type: 'UserReceiveOptionChanged', version: 1, payload: payloads.UserReceiveOptionChanged },
  { type: 'UserErased', version: 1, payload: payloads.UserErased },
];
