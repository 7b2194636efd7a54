import type { GroupEvent, MemberJoined } from '../../domain/group/events.js';
import { iso, named, said, type Sentences, until, whose } from './words.js';

export const groupSentences: Sentences<GroupEvent> = {
  GroupCreated: ({ name, groupId, incarnation, rules, ownerId, origin }, who) =>
    [
      `${who} created "${name}" (group ${groupId}${incarnation > 1 ? `, for the ${ordinal(incarnation)} time` : ''}`,
      `, rules ${rules.preset} ${rules.version}`,
      ownerId === null ? ', without owner' : ownerId === who ? '' : `, owner ${ownerId}`,
      origin.kind === 'copied' ? `, copied from ${origin.from}` : origin.kind === 'imported' ? ', imported' : '',
      ')',
    ].join(''),

  MemberJoined: (data, who) => {
    const { userId, role, inviterId, approvedBy, mutedUntil } = data;
    return [
      `${userId} joined`,
      role === 'member' ? '' : ` as ${role}`,
      broughtBy(data, who),
      approvedBy === undefined ? '' : `, approved by ${approvedBy}`,
      inviterId === undefined && approvedBy === undefined && addedByAdmin(data, who) ? ', added by an app admin' : '',
      mutedUntil === undefined ? '' : `, still muted ${until(mutedUntil)}`,
    ].join('');
  },

  MemberInvited: ({ userId, inviterId, reason, awaits, expiresAt }) =>
    [
      `${inviterId} invited ${userId}`,
      awaits.length === 0 ? '' : `, awaiting ${awaits.map((stage) => `the ${stage}`).join(' and ')}`,
      expiresAt === undefined ? '' : ` until ${iso(expiresAt)}`,
      said(reason),
    ].join(''),

  InvitationAnswered: ({ userId, stage, answer, by, message }) =>
    (stage === 'invitee'
      ? `${by} ${answer} the invitation`
      : `${by} ${answer} the invitation of ${userId} as a manager`) + said(message),

  InvitationWithdrawn: ({ userId, why }, who) =>
    ({
      superseded: `the invitation of ${userId} was replaced by a newer one`,
      expired: `the invitation of ${userId} had expired`,
      joinedOtherwise: `the invitation of ${userId} ended, as ${userId} joined otherwise`,
      withdrawn: `${who} took back the invitation of ${userId}`,
    })[why],

  JoinRequested: ({ userId, message, source, inviterId }) =>
    [
      `${userId} asked to join`,
      source === 'search' ? ', having found the group by search' : source === 'scan' ? ', having scanned its code' : '',
      inviterId === undefined ? '' : `, ${naming(inviterId)}`,
      said(message),
    ].join(''),

  JoinRequestAnswered: ({ userId, answer, by, message }) => `${by} ${answer} the request of ${userId}${said(message)}`,

  JoinRequestWithdrawn: ({ userId, why }, who) =>
    ({
      superseded: `the request of ${userId} was replaced by a newer one`,
      joinedOtherwise: `the request of ${userId} ended, as ${userId} joined otherwise`,
      withdrawn: `${who} took back the request of ${userId}`,
    })[why],

  MemberLeft: ({ userId, roleBefore }) =>
    `${userId} left${roleBefore === 'member' ? '' : `, ${roleBefore} until then`}`,

  MemberRemoved: ({ userId, by, reason }) => `${by} removed ${userId}${reason ? `: ${reason}` : ''}`,

  OwnerTransferred: ({ from, to, formerOwnerBecomes, why }, who) => {
    const becomes = from === null ? '' : `; ${from} is now ${formerOwnerBecomes}`;
    if (why === 'ownerLeft') return `${to} succeeded ${from ?? 'nobody'} as owner${becomes}`;
    if (why === 'admin') return `${who} handed the group ${from === null ? '' : `of ${from} `}to ${to}${becomes}`;
    return `${from ?? who} handed the group to ${to}${becomes}`;
  },

  MemberRoleChanged: ({ userId, to, by }) =>
    userId === by ? `${by} stepped down to ${to}` : `${by} made ${userId} ${to === 'member' ? 'a member' : `an ${to}`}`,

  MemberMuted: ({ userId, until: deadline, by }) => `${by} muted ${userId} ${until(deadline)}`,

  MemberUnmuted: ({ userId, by, why }) => {
    if (why === 'madeOwner') return `${userId}'s mute ended on becoming the owner`;
    if (why === 'madeAdmin') return `${userId}'s mute ended on becoming an admin`;
    return `${by} unmuted ${userId}`;
  },

  GroupMuted: ({ by, speakers }) =>
    `${by} muted everyone${speakers.length === 0 ? '' : ` but ${speakers.join(', ')}`} (owner and admins may speak)`,

  GroupUnmuted: ({ by }) => `${by} unmuted everyone`,

  GroupProfileChanged: ({ changes, by }) => {
    const parts = Object.entries(changes).map(([field, value]) => {
      if (field === 'name') return `the name to "${String(value)}"`;
      return value === null ? `the ${field} (cleared)` : `the ${field}`;
    });
    return `${by} changed ${parts.join(', ')}`;
  },

  AnnouncementPublished: ({ text, by }) =>
    text === '' ? `${by} took the announcement back` : `${by} announced${said(text)}`,

  JoinPolicyChanged: ({ selfJoin, memberInvite, by }) =>
    `${by} set joining to ${selfJoin}, and what members' invitations lead to to ${memberInvite}`,

  GroupSettingsChanged: ({ changes, by }) => {
    const parts = Object.entries(changes).map(([name, value]) => `${name} to ${String(value ?? 'unlimited')}`);
    return `${by} set ${parts.join(', ')}`;
  },

  MemberCardChanged: ({ userId, by, changes, receiveOption }) => {
    const card = changes === undefined ? '' : `changed ${whose(userId, by)} card (${named(changes)})`;
    const option = receiveOption === undefined ? '' : `set how ${userId} receives messages to ${receiveOption}`;
    return `${by} ${[card, option].filter((part) => part !== '').join(' and ')}`;
  },

  GroupSuspended: ({ mode, by, reason }) => `${by} suspended the group (${mode})${said(reason)}`,

  GroupReinstated: ({ mode, by, reason }) => `${by} lifted the group's suspension (${mode})${said(reason)}`,

  GroupCopied: ({ toGroupId, by }) => `${by} copied the group to ${toGroupId}`,

  GroupDismissed: ({ by, why, membersRemoved }) => {
    if (why === 'lastMemberLeft') return `the group was dismissed, its last member having left`;
    return `${by} dismissed the group${why === 'admin' ? ' as an app admin' : ''}${membersRemoved ? ' and removed its members' : ''}`;
  },

  DismissedGroupEmptied: ({ by }) => `${by} removed the members of the dismissed group`,
};

/** What somebody did who let another one in without inviting him. */
const brought: ReadonlyMap<string, string> = new Map([
  ['creation', 'named'],
  ['copy', 'taken along'],
  ['admin', 'added'],
  ['import', 'imported'],
]);

/** What somebody says of how he came in is his word only: who is named as his inviter has done nothing. */
const isOwnWord = ({ userId, requestId }: MemberJoined['data'], who: string): boolean =>
  requestId !== undefined || who === userId;

const broughtBy = (data: MemberJoined['data'], who: string): string => {
  const { source, inviterId, inviteId } = data;
  if (inviterId === undefined) return '';
  const done = isOwnWord(data, who) ? undefined : brought.get(source);
  const did = inviteId === undefined ? done : 'invited';
  return did === undefined ? `, ${naming(inviterId)}` : `, ${did} by ${inviterId}`;
};

const addedByAdmin = (data: MemberJoined['data'], who: string): boolean =>
  data.source === 'admin' && !isOwnWord(data, who);

const naming = (inviterId: string): string => `naming ${inviterId} as inviter`;

const ordinal = (n: number): string => {
  const suffix = new Map([
    ['one', 'st'],
    ['two', 'nd'],
    ['few', 'rd'],
  ]).get(new Intl.PluralRules('en', { type: 'ordinal' }).select(n));
  return `${n}${suffix ?? 'th'}`;
};
