import { actingUser, type Actor } from '../../domain/shared/actor.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { GroupEvent } from '../../domain/group/events.js';
import type { UserEvent } from '../../domain/user/events.js';
import type { UserGroupsEvent } from '../../domain/user-groups/events.js';

/** Every event that has a sentence, by its type; a new event without one doesn't compile. */
type Told = GroupEvent | UserEvent | UserGroupsEvent;
type Payloads = { readonly [Event in Told as Event['type']]: Event['data'] };
type Sentences = { readonly [Type in keyof Payloads]: (data: Payloads[Type], who: string) => string };

/**
 * One event as a line that a person reads (docs/events.md "said to a person"). People and groups go by their ids, times are
 * ISO 8601 UTC, so a line is the same for whoever reads it. Personal texts show as they were read: erased ones are left
 * out. A type unknown here is named as it is; nothing is guessed.
 */
export function sentence(event: DomainEvent, actor: Actor): string {
  const who = nameOf(actor);
  if (!isTold(event)) return `${who}: ${event.type} (an event that this version can't put in words)`;
  return telling(event.type, event.data, who);
}

const isTold = (event: DomainEvent): event is Told => Object.hasOwn(sentences, event.type);

const telling = <Type extends keyof Payloads>(type: Type, data: Payloads[Type], who: string): string =>
  sentences[type](data, who);

/** The user for whom it was done, and who did it for him; an app admin and the server are called what they are. */
export function nameOf(actor: Actor): string {
  const role = { user: '', appAdmin: 'app admin ', auditor: 'auditor ', system: 'system ' }[actor.kind];
  const self = `${role}${actor.id}`;
  return actor.onBehalfOf === undefined ? self : `${actingUser(actor)} (through ${self})`;
}

const iso = (at: number): string => {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? String(at) : time.toISOString();
};

const until = (deadline: number | null): string => (deadline === null ? 'for ever' : `until ${iso(deadline)}`);

/** What somebody wrote, as it was read: left out where it is absent, empty or erased. */
const said = (text: string | null | undefined): string => (text ? `: ${text}` : '');

/** The names of what changed; of an erased person nothing is known any more. */
const named = (changes: object | null | undefined): string => {
  const names = Object.keys(changes ?? {});
  return names.length === 0 ? 'details' : names.join(', ');
};

const whose = (userId: string, by: string): string => (userId === by ? 'their own' : `${userId}'s`);

const sentences: Sentences = {
  UserRegistered: ({ userId }, who) => (who === userId ? `${userId} registered` : `${who} registered ${userId}`),

  UserProfileChanged: ({ userId, changes }, who) => `${who} changed ${whose(userId, who)} profile (${named(changes)})`,

  UserPrivacyChanged: ({ userId, changes }, who) => {
    const settings = Object.entries(changes).map(([name, value]) => `${name} ${value ? 'on' : 'off'}`);
    return `${who} set ${whose(userId, who)} privacy: ${settings.join(', ')}`;
  },

  UserReceiveOptionChanged: ({ userId, option }, who) => `${who} set how ${userId} receives messages to ${option}`,

  GroupFavourited: ({ userId, groupId }, who) =>
    who === userId ? `${who} made ${groupId} a favourite` : `${who} made ${groupId} a favourite of ${userId}`,

  GroupUnfavourited: ({ userId, groupId }, who) =>
    who === userId
      ? `${who} took ${groupId} off the favourites`
      : `${who} took ${groupId} off the favourites of ${userId}`,

  GroupNoticesCleared: ({ userId, upTo }, who) => `${who} cleared the group notices of ${userId} up to ${iso(upTo)}`,

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
const isOwnWord = ({ userId, requestId }: Payloads['MemberJoined'], who: string): boolean =>
  requestId !== undefined || who === userId;

const broughtBy = (data: Payloads['MemberJoined'], who: string): string => {
  const { source, inviterId, inviteId } = data;
  if (inviterId === undefined) return '';
  const done = isOwnWord(data, who) ? undefined : brought.get(source);
  const did = inviteId === undefined ? done : 'invited';
  return did === undefined ? `, ${naming(inviterId)}` : `, ${did} by ${inviterId}`;
};

const addedByAdmin = (data: Payloads['MemberJoined'], who: string): boolean =>
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
