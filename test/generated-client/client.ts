/**
 * What an API's consumer would write on the types that openapi-typescript makes of the document: every page, every receipt
 * and every null. A test compiles it under `--strict` against the document of the day; it is never run.
 */
import type { components, operations, paths } from './schema.js';

type Operation = keyof operations;
type Body<Name extends Operation> = operations[Name] extends {
  requestBody?: { content: { 'application/json': infer Sent } };
}
  ? Sent
  : never;
type Status<Name extends Operation> = keyof operations[Name]['responses'];
type Told<Name extends Operation, Code extends Status<Name>> = operations[Name]['responses'][Code] extends {
  content: { 'application/json': infer Answer };
}
  ? Answer
  : never;
type Success<Name extends Operation> = Told<Name, Extract<200 | 201, Status<Name>>>;
type Refusal<Name extends Operation, Code extends Status<Name>> = operations[Name]['responses'][Code] extends {
  content: { 'application/problem+json': infer Problem };
}
  ? Problem
  : never;

/** As `fetch` would give it. */
declare function call<Name extends Operation>(name: Name, body?: Body<Name>): Promise<Success<Name>>;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly next: string | null;
}

/** Every page has the same form. */
export async function everyPage(): Promise<readonly string[]> {
  const groups: Page<components['schemas']['GroupView']> = await call('listGroups');
  const members: Page<components['schemas']['MemberView']> = await call('listMembers');
  const muted: Page<components['schemas']['MemberView']> = await call('listMutedMembers');
  const left: Page<components['schemas']['Departure']> = await call('listExitedMembers');
  const invited: Page<components['schemas']['Application']> = await call('listGroupInvitations');
  const invitations: Page<components['schemas']['Application']> = await call('listUserInvitations');
  const asked: Page<components['schemas']['Application']> = await call('listGroupJoinRequests');
  const asking: Page<components['schemas']['Application']> = await call('listUserJoinRequests');
  const managed: Page<components['schemas']['Application']> = await call('listManagedApplications');
  const favourites: Page<components['schemas']['Favourite']> = await call('listFavourites');
  const notices: Page<components['schemas']['Notice']> = await call('listNotices');
  const friends: Page<components['schemas']['Friend']> = await call('listFriends');
  const received: Page<components['schemas']['FriendRequest']> = await call('listReceivedFriendRequests');
  const sent: Page<components['schemas']['FriendRequest']> = await call('listSentFriendRequests');
  const blocks: Page<components['schemas']['Block']> = await call('listBlocks');
  const ofGroups = [groups, members, muted, left, invited, invitations, asked, asking, managed, favourites, notices];
  const talks: Page<components['schemas']['Conversation']> = await call('listConversations');
  const pages = [...ofGroups, friends, received, sent, blocks, talks];
  const mentions = await call('listUnreadMentions');
  const manyFriends = await call('lookUpFriends', { userIds: ['bob'] });
  const history = await call('getGroupHistory');
  const from: number | null = history.next;
  const found = await call('searchHistory');
  const sentences: string[] = [...history.items, ...found.items].map(({ sentence }) => sentence);
  const then = await call('getStateAt');
  const changes = await call('getChanges');
  const checkpoints = await call('listCheckpoints');
  const proof = await call('proveEvent');
  const consistency = await call('proveConsistency');
  const [access] = (await call('listAccesses')).items;
  const looked: string | null | undefined = access?.actor === null ? null : access?.actor.id;
  const users = await call('getUsers');
  const roles = await call('getRoles');
  const manyUsers: typeof users = await call('lookUpUsers', { userIds: ['ada'] });
  const manyRoles: typeof roles = await call('lookUpRoles', { userIds: ['ada'] });
  return [
    `${then.revision.toFixed()} ${then.at ?? ''} ${changes.happened.toFixed()} ${looked ?? ''}`,
    ...pages.flatMap(({ next }) => (next === null ? [] : [next])),
    ...(from === null ? [] : [from.toFixed()]),
    ...sentences,
    ...checkpoints.items.map(({ size, checkpoint }) => `${size.toFixed()} ${checkpoint}`),
    ...[...proof.hashes, ...consistency.hashes],
    ...[...users.items, ...manyUsers.items].map(({ userId }) => userId),
    ...[...roles.items, ...manyRoles.items].map(({ userId, role }) => `${userId} ${role ?? 'no member'}`),
    ...[...friends.items, ...manyFriends.items].map(({ user, card }) => card.remark ?? user?.nickname ?? ''),
    ...[...received.items, ...sent.items].map(({ fromUser, status }) => `${fromUser?.nickname ?? ''} ${status}`),
    ...mentions.items.map(({ conversationId, me }) => `${conversationId} ${me ? 'me' : 'everybody'}`),
    ...blocks.items.map(({ userId, blockedAt }) => `${userId} ${blockedAt}`),
    ...groups.items.map(({ name, announcement }) => `${name}: ${announcement?.text ?? ''}`),
    ...left.items.map(({ by, byRole, at }) => `${by} ${byRole ?? ''} ${at}`),
    ...favourites.items.map(({ group, favouritedAt }) => `${group.groupId} ${favouritedAt}`),
    ...notices.items.map(({ as, application }) => `${as} ${application.status}`),
  ];
}

/** What all receipts have, and those about groups and users. */
interface Receipt {
  readonly id: string;
  readonly position?: string;
  readonly changed: boolean;
  readonly outcome: object;
}
interface RevisedReceipt extends Receipt {
  readonly revision: number;
}

export async function everyReceipt(): Promise<readonly Receipt[]> {
  const revised: RevisedReceipt[] = [
    await call('registerUser', { login: 'ada', password: 'long enough', nickname: 'Ada' }),
    await call('changeUserProfile', { nickname: 'Ada L.', avatar: null, ext: null, gender: null, region: null }),
    await call('changePrivacy', { searchable: false }),
    await call('eraseUser', { reason: 'asked for by letter' }),
    await call('setReceiveOption', { option: 'silent' }),
    await call('createGroup', { name: 'Book club', ownerId: null, settings: { retentionSeconds: null } }),
    await call('copyGroup', { name: 'Another club' }),
    await call('changeGroupProfile', { avatar: null, introduction: null, ext: null }),
    await call('dismissGroup'),
    await call('transferOwnership', { userId: 'bob' }),
    await call('muteGroup'),
    await call('unmuteGroup'),
    await call('joinGroup'),
    await call('removeMember'),
    await call('changeMemberRole', { role: 'admin' }),
    await call('muteMember', { until: null }),
    await call('unmuteMember'),
    await call('changeMemberCard', { nickname: null, description: null, customFields: null }),
    await call('publishAnnouncement', { text: 'We read' }),
    await call('takeAnnouncementBack'),
    await call('changeJoinPolicy', { selfJoin: 'closed' }),
    await call('changeGroupSettings', { retentionSeconds: null }),
    await call('suspendGroup', { mode: 'blocked' }),
    await call('reinstateGroup'),
    await call('addMembers', { userIds: ['bob'] }),
    await call('removeMembers', { userIds: ['bob'] }),
    await call('changeRoles', { userIds: ['bob'], role: 'admin' }),
    await call('importMembers', { members: [{ userId: 'bob', mutedUntil: 'forever', card: { region: null } }] }),
    await call('invitePeople', { userIds: ['bob'] }),
    await call('answerInvitation', { answer: 'accepted' }),
    await call('withdrawInvitation'),
    await call('answerJoinRequest', { answer: 'approved' }),
    await call('withdrawJoinRequest'),
  ];
  const own: Receipt[] = [
    await call('favouriteGroup'),
    await call('unfavouriteGroup'),
    await call('clearNotices'),
    await call('importFriend'),
    await call('changeFriendCard', { remark: null, pinned: true }),
    await call('removeFriend'),
    await call('blockUser', { ext: 'spam' }),
    await call('unblockUser'),
    await call('askToBeFriends'),
    await call('withdrawFriendRequest'),
    await call('answerFriendRequest', { answer: 'accepted' }),
    await call('sendMessage', { text: 'Hello', clientMsgId: '1', quote: { seq: 1 } }),
    await call('sendSystemMessage', { content: { kind: 'text', text: 'Hello' } }),
    await call('importMessages', { messages: [{ senderId: 'ada', sentAt: '2026-03-01T12:00:00Z', text: 'Hello' }] }),
    await call('revokeMessage'),
    await call('deleteMessage'),
    await call('clearConversation'),
    await call('changeConversation', { ext: null, settings: { burnSeconds: 30 } }),
    await call('setReadPosition', { upTo: 0 }),
  ];
  return [...revised, ...own];
}

/** What is said, and how far it was read. */
export async function everyWord(): Promise<readonly (string | number)[]> {
  const { items, more } = await call('listMessages');
  const message: (typeof items)[number] = await call('getMessage');
  const found = await call('searchMessages');
  const talk = await call('getConversation');
  const { readSeq } = await call('markRead', { upTo: 1 });
  const receipts = await call('listReceipts');
  const { items: counts } = await call('countReceipts');
  // @ts-expect-error what was revoked says nothing
  const said: string = message.content.kind;
  return [
    said,
    more ? 1 : 0,
    message.content?.text ?? message.preview ?? '',
    message.notice?.until ?? '',
    message.original?.body ?? '',
    message.ended?.as ?? '',
    talk.user?.nickname ?? talk.group?.name ?? '',
    talk.last?.clientMsgId ?? '',
    talk.closedAt ?? '',
    talk.ext ?? '',
    readSeq,
    receipts.next ?? '',
    found.next ?? '',
    ...found.items.map(({ preview }) => preview ?? ''),
    ...receipts.items.map(({ userId }) => userId),
    ...counts.map(({ read, unread }) => read + unread),
  ];
}

/** What came of commands has its type, too. */
export async function everyOutcome(): Promise<readonly unknown[]> {
  const removed = await call('removeMembers', { userIds: ['bob'] });
  const joined = await call('joinGroup');
  const muted = await call('muteMember', { forSeconds: 60 });
  const handed = await call('transferOwnership', { userId: 'bob' });
  const went = await call('removeMember');
  const isOut: boolean = removed.outcome.items.every(({ result }) => result === 'removed' || result === 'absent');
  // @ts-expect-error no removal comes to this
  const wrong: boolean = removed.outcome.items.every(({ result }) => result === 'joined');
  const request: string | undefined = joined.outcome.requestId;
  const { outcome } = await call('askToBeFriends', { message: 'Hi' });
  const areFriends: boolean = outcome.result === 'added';
  const until: string | null = muted.outcome.until;
  const before: string | null = handed.outcome.from;
  const successor: string | null | undefined = went.outcome.successor;
  return [isOut, wrong, request, areFriends, until, before, successor];
}

/** Wherever null may be, it must be looked at. */
export async function everyNull(): Promise<readonly (string | number)[]> {
  const user = await call('getUser');
  const { searchable } = await call('getPrivacy');
  const { profile, account } = await call('getPersonalData');
  const { items: personal } = await call('listPersonalEvents');
  const { friend, inOthersList, block, sent } = await call('getFriendship');
  const { friendRequestAgainAfterSeconds } = await call('getSettings');
  const { role, limits, may } = await call('getGroupRules');
  const group = await call('getGroup');
  // An outsider sees what he needs to join.
  if (!('revision' in group)) return [group.name, group.memberCount];
  const member = await call('getMember');
  // @ts-expect-error the name of somebody who was erased
  const erased: string = user.nickname;
  // @ts-expect-error a group may be without owner
  const ownerless: string = group.ownerId;
  // @ts-expect-error what is hidden isn't there
  const hidden: string | null = member.nickname;
  return [
    searchable && may.invite && inOthersList ? 1 : 0,
    profile.nickname ?? account.names.map(({ kind, name }) => name ?? kind).join(),
    ...personal.map(({ side, event }) => `${side} ${event.sentence}`),
    friend?.requestId ?? '',
    block?.ext ?? '',
    sent?.endedAt ?? '',
    friendRequestAgainAfterSeconds,
    role ?? '',
    limits.admins ?? 0,
    limits.muteSeconds ?? 0,
    erased,
    ownerless,
    hidden ?? '',
    user.nickname ?? '',
    user.avatar ?? '',
    user.ext ?? '',
    user.gender ?? '',
    user.region ?? '',
    group.ownerId ?? '',
    group.announcement?.text ?? '',
    group.suspension?.reason ?? '',
    group.settings.retentionSeconds ?? 0,
    group.dismissedAt ?? '',
    group.origin.kind === 'copied' ? group.origin.from : '',
    member.nickname ?? '',
    member.inviterId ?? '',
    member.approvedBy ?? '',
    member.mutedUntil ?? '',
    member.card?.nickname ?? '',
    ...(member.card?.description ?? []),
    ...(member.card?.customFields ?? []).map(({ key, value }) => key + value),
  ];
}

/** A refusal is told by its code, and then its facts are known. */
export function everyFact(problem: Refusal<'createGroup', 409> | Refusal<'createGroup', 503>): string {
  switch (problem.code) {
    case 'GroupFull':
      return problem.facts.maximum.toFixed();
    case 'GroupIdTaken':
      return problem.facts.groupId;
    case 'TooManyAdmins':
      return problem.facts.maximum.toFixed();
    case 'Contended':
      return problem.facts.tries.toFixed();
    default:
      return problem.title;
  }
}

/** What is wrong with a request is pointed at, whichever code says so. */
export const pointers = (problem: Refusal<'createGroup', 400>): readonly string[] =>
  problem.code === 'InvalidRequest' || problem.code === 'InvalidArgument'
    ? (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`)
    : [];

/** Parameters and headers have names and types. */
export const asked: paths['/groups/{groupId}/members']['get']['parameters'] = {
  path: { groupId: 'book-club' },
  query: { limit: 20, cursor: 'aGVsbG8', role: 'admin' },
  header: { 'X-Tenant-ID': 'default' },
};

export const code: components['schemas']['ProblemCode'] = 'GroupDismissed';
