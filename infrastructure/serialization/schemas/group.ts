import Type from 'typebox';
import type { GroupEvent } from '../../../domain/group/events.js';
import type { EventSchema } from '../schema.js';
import { AnyRole, MemberInvite, RoleBelowOwner, Rules, SelfJoin } from './group-rules.js';
import { type Agrees, Closed, Count, OneOf, OrNull, Positive, Time } from './types.js';

const Id = Type.String({ minLength: 1 });
const CustomFields = Type.Array(Closed({ key: Type.String(), value: Type.String() }));

const payloads = {
  GroupCreated: Closed({
    groupId: Id,
    number: Positive,
    incarnation: Positive,
    rules: Rules,
    kind: Type.String(),
    name: Type.String(),
    avatar: Type.String(),
    introduction: Type.String(),
    ext: Type.String(),
    customFields: CustomFields,
    ownerId: OrNull(Id),
    creatorId: Id,
    maximum: Count,
    joinPolicy: Closed({ selfJoin: SelfJoin, memberInvite: MemberInvite }),
    settings: Closed({
      memberProtection: Type.Optional(Type.Boolean()),
      lookMemberInfo: Type.Optional(Type.Boolean()),
      addMemberAsFriend: Type.Optional(Type.Boolean()),
      retention: Type.Optional(OrNull(Count)),
    }),
    createdAt: Time,
    origin: Type.Union([
      Closed({ kind: Type.Literal('created') }),
      Closed({ kind: Type.Literal('copied'), from: Id }),
      Closed({ kind: Type.Literal('imported') }),
    ]),
  }),
  MemberJoined: Closed({
    groupId: Id,
    userId: Id,
    role: AnyRole,
    source: OneOf('creation', 'invitation', 'request', 'open', 'search', 'scan', 'admin', 'import', 'copy'),
    inviterId: Type.Optional(Id),
    approvedBy: Type.Optional(Id),
    requestId: Type.Optional(Id),
    inviteId: Type.Optional(Id),
    joinedAt: Time,
    mutedUntil: Type.Optional(OrNull(Time)),
    seesEarlier: Type.Boolean(),
    card: Type.Optional(
      Closed({
        nickname: Type.Optional(Type.String()),
        avatar: Type.Optional(Type.String()),
        ext: Type.Optional(Type.String()),
      }),
    ),
  }),
  MemberLeft: Closed({ groupId: Id, userId: Id, roleBefore: AnyRole }),
  MemberRemoved: Closed({
    groupId: Id,
    userId: Id,
    roleBefore: AnyRole,
    by: Id,
    reason: Type.Optional(Type.String()),
  }),
  OwnerTransferred: Closed({
    groupId: Id,
    from: OrNull(Id),
    to: Id,
    formerOwnerBecomes: RoleBelowOwner,
    newOwnerWas: RoleBelowOwner,
    why: OneOf('requested', 'ownerLeft', 'admin'),
  }),
  MemberRoleChanged: Closed({ groupId: Id, userId: Id, from: AnyRole, to: AnyRole, by: Id }),
  MemberMuted: Closed({ groupId: Id, userId: Id, until: OrNull(Time), by: Id }),
  MemberUnmuted: Closed({ groupId: Id, userId: Id, by: Id, why: OneOf('lifted', 'madeOwner', 'madeAdmin') }),
  GroupMuted: Closed({ groupId: Id, by: Id, speakers: Type.Array(Id) }),
  GroupUnmuted: Closed({ groupId: Id, by: Id }),
  GroupProfileChanged: Closed({
    groupId: Id,
    changes: Closed({
      name: Type.Optional(Type.String()),
      avatar: Type.Optional(OrNull(Type.String())),
      introduction: Type.Optional(OrNull(Type.String())),
      ext: Type.Optional(OrNull(Type.String())),
      customFields: Type.Optional(CustomFields),
    }),
    by: Id,
  }),
  GroupDismissed: Closed({
    groupId: Id,
    by: Id,
    membersRemoved: Type.Boolean(),
    why: OneOf('requested', 'lastMemberLeft', 'admin'),
  }),
};

/** Doesn't compile when a schema and the domain's type part ways. */
export const groupSchemasAgree: Agrees<GroupEvent, typeof payloads> = true;

export const groupEvents: readonly EventSchema[] = [
  { type: 'GroupCreated', version: 1, payload: payloads.GroupCreated },
  {
    type: 'MemberJoined',
    version: 1,
    payload: payloads.MemberJoined,
    personal: [{ path: 'card', subject: 'userId' }],
  },
  { type: 'MemberLeft', version: 1, payload: payloads.MemberLeft },
  { type: 'MemberRemoved', version: 1, payload: payloads.MemberRemoved, personal: [{ path: 'reason', subject: 'by' }] },
  { type: 'OwnerTransferred', version: 1, payload: payloads.OwnerTransferred },
  { type: 'MemberRoleChanged', version: 1, payload: payloads.MemberRoleChanged },
  { type: 'MemberMuted', version: 1, payload: payloads.MemberMuted },
  { type: 'MemberUnmuted', version: 1, payload: payloads.MemberUnmuted },
  { type: 'GroupMuted', version: 1, payload: payloads.GroupMuted },
  { type: 'GroupUnmuted', version: 1, payload: payloads.GroupUnmuted },
  { type: 'GroupProfileChanged', version: 1, payload: payloads.GroupProfileChanged },
  { type: 'GroupDismissed', version: 1, payload: payloads.GroupDismissed },
];
