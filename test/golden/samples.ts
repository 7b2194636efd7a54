import type { GroupEvent } from '../../domain/group/events.js';
import { groupPresets } from '../../domain/group/presets.js';
import type { UserEvent } from '../../domain/user/events.js';

type AnyEvent = GroupEvent | UserEvent;

const groupId = '4503599627370497';

/** One payload of each type, with every optional member: what golden files are first written from. */
export const samples: { readonly [Type in AnyEvent['type']]: Extract<AnyEvent, { type: Type }>['data'] } = {
  UserRegistered: {
    userId: 'ann',
    number: 4503599627370498,
    nickname: 'Ann "Ä" 😀',
    avatar: 'https://example.org/ann.png',
    ext: '{"a":1}',
    region: 'DE',
    phone: '+49 30 123456',
  },
  GroupCreated: {
    groupId,
    number: 4503599627370497,
    incarnation: 1,
    rules: groupPresets.openim.rules,
    kind: '',
    name: 'Climbers \u{1F9D7}',
    avatar: '',
    introduction: 'Tuesdays\nand Fridays',
    ext: '\\u0000 is only text',
    customFields: [{ key: '10', value: 'ten' }],
    ownerId: 'ann',
    creatorId: 'ann',
    maximum: 500,
    joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' },
    settings: { memberProtection: true, lookMemberInfo: false, addMemberAsFriend: true, retention: null },
    createdAt: 1_700_000_000_000,
    origin: { kind: 'copied', from: '4503599627370400' },
  },
  MemberJoined: {
    groupId,
    userId: 'ben',
    role: 'member',
    source: 'invitation',
    inviterId: 'ann',
    approvedBy: 'cat',
    requestId: '0190f0f0-0000-7000-8000-000000000001',
    inviteId: '0190f0f0-0000-7000-8000-000000000002',
    joinedAt: 1_700_000_000_001,
    mutedUntil: null,
    seesEarlier: true,
    card: { nickname: 'Benny', avatar: '', ext: 'x' },
  },
  MemberLeft: { groupId, userId: 'ben', roleBefore: 'admin' },
  MemberRemoved: { groupId, userId: 'ben', roleBefore: 'member', by: 'ann', reason: 'spam' },
  OwnerTransferred: {
    groupId,
    from: null,
    to: 'ben',
    formerOwnerBecomes: 'member',
    newOwnerWas: 'admin',
    why: 'requested',
  },
  MemberRoleChanged: { groupId, userId: 'ben', from: 'member', to: 'admin', by: 'ann' },
  MemberMuted: { groupId, userId: 'ben', until: 1_700_000_060_000, by: 'ann' },
  MemberUnmuted: { groupId, userId: 'ben', by: 'ann', why: 'lifted' },
  GroupMuted: { groupId, by: 'ann', speakers: ['ben', 'cat'] },
  GroupUnmuted: { groupId, by: 'ann' },
  GroupProfileChanged: {
    groupId,
    changes: { name: 'Boulderers', avatar: null, introduction: null, ext: '', customFields: [] },
    by: 'ann',
  },
  GroupDismissed: { groupId, by: 'ann', membersRemoved: true, why: 'requested' },
};
