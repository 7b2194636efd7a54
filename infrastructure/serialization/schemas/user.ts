import Type from 'typebox';
import type { UserEvent } from '../../../domain/user/events.js';
import type { EventSchema } from '../schema.js';
import { type Agrees, Closed, Positive } from './types.js';

const payloads = {
  UserRegistered: Closed({
    userId: Type.String({ minLength: 1 }),
    number: Positive,
    nickname: Type.String(),
    avatar: Type.String(),
    ext: Type.String(),
    region: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
  }),
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
];
