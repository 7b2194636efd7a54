import Type from 'typebox';
import type { UserGroupsEvent } from '../../../domain/user-groups/events.js';
import type { EventSchema } from '../schema.js';
import { type Agrees, Closed, Positive, Time } from './types.js';

const Id = Type.String({ minLength: 1 });

const payloads = {
  GroupFavourited: Closed({ userId: Id, groupId: Id, incarnation: Positive }),
  GroupUnfavourited: Closed({ userId: Id, groupId: Id }),
  GroupNoticesCleared: Closed({ userId: Id, upTo: Time }),
};

/** Doesn't compile when a schema and the domain's type part ways. */
export const userGroupsSchemasAgree: Agrees<UserGroupsEvent, typeof payloads> = true;

export const userGroupsEvents: readonly EventSchema[] = [
  { type: 'GroupFavourited', version: 1, payload: payloads.GroupFavourited },
  { type: 'GroupUnfavourited', version: 1, payload: payloads.GroupUnfavourited },
  { type: 'GroupNoticesCleared', version: 1, payload: payloads.GroupNoticesCleared },
];
