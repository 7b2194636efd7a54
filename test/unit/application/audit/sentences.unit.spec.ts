import { expect } from 'chai';
import { sentence } from '../../../../application/audit/sentences.js';
import type { GroupEvent } from '../../../../domain/group/events.js';
import type { Actor } from '../../../../domain/shared/actor.js';
import {
  dismissed,
  founded,
  GROUP,
  invitationEnded,
  invited,
  joined,
  left,
  muted,
  requested,
  requestEnded,
  suspended,
} from '../../../support/group-stories.js';

const ann: Actor = { kind: 'user', id: 'ann' };
const root: Actor = { kind: 'appAdmin', id: 'root' };
const told = (event: GroupEvent, actor: Actor = ann): string => sentence(event, actor);
const groupId = GROUP;

describe('events as sentences', () => {
  it('say who did what to whom', () => {
    expect(told(founded()[0]!)).to.equal('ann created "Chess" (group chess, rules parley 1)');
    expect(told(founded()[0]!, root)).to.equal(
      'app admin root created "Chess" (group chess, rules parley 1, owner ann)',
    );
    const byInvitation = { source: 'invitation', inviterId: 'ann', inviteId: 'i1' } as const;
    expect(told(joined('bob', { ...byInvitation, approvedBy: 'cid' }))).to.equal(
      'bob joined, invited by ann, approved by cid',
    );
    expect(told(joined('bob', { role: 'admin', source: 'creation', inviterId: 'ann' }))).to.equal(
      'bob joined as admin, named by ann',
    );
    expect(told(joined('bob', { source: 'admin' }), root)).to.equal('bob joined, added by an app admin');
    expect(told(joined('bob', { source: 'admin', inviterId: 'root' }), root)).to.equal('bob joined, added by root');
    expect(told(joined('bob', { source: 'import', inviterId: 'root' }), root)).to.equal('bob joined, imported by root');
    expect(told(joined('bob', { mutedUntil: null }))).to.equal('bob joined, still muted for ever');
    expect(told(left('bob'))).to.equal('bob left');
    expect(told(left('bob', 'admin'))).to.equal('bob left, admin until then');
    expect(
      told({ type: 'MemberRoleChanged', data: { groupId, userId: 'bob', from: 'member', to: 'admin', by: 'ann' } }),
    ).to.equal('ann made bob an admin');
    expect(
      told({ type: 'MemberRoleChanged', data: { groupId, userId: 'bob', from: 'admin', to: 'member', by: 'bob' } }),
    ).to.equal('bob stepped down to member');
    expect(told({ type: 'GroupUnmuted', data: { groupId, by: 'ann' } })).to.equal('ann unmuted everyone');
    expect(told({ type: 'GroupMuted', data: { groupId, by: 'ann', speakers: ['bob'] } })).to.equal(
      'ann muted everyone but bob (owner and admins may speak)',
    );
    expect(
      told({ type: 'GroupProfileChanged', data: { groupId, by: 'ann', changes: { name: 'Go', ext: null } } }),
    ).to.equal('ann changed the name to "Go", the ext (cleared)');
  });

  it('tell an invitation from what a newcomer says of one: who is named as inviter has done nothing', () => {
    expect(told(joined('bob', { source: 'invitation', inviterId: 'ann' }))).to.equal(
      'bob joined, naming ann as inviter',
    );
    expect(told(joined('bob', { source: 'scan', inviterId: 'ann', requestId: 'r1', approvedBy: 'cid' }))).to.equal(
      'bob joined, naming ann as inviter, approved by cid',
    );
    expect(told(requested('bob', { source: 'invitation', inviterId: 'ann', message: 'hi' }))).to.equal(
      'bob asked to join, naming ann as inviter: hi',
    );
    expect(told(joined('bob', { source: 'copy', inviterId: 'ann' }))).to.equal('bob joined, taken along by ann');
    // 003 joinSource 1 may be what he says himself.
    const bob: Actor = { kind: 'user', id: 'bob' };
    expect(told(joined('bob', { source: 'admin', inviterId: 'ann' }), bob)).to.equal(
      'bob joined, naming ann as inviter',
    );
    expect(told(joined('bob', { source: 'admin' }), bob)).to.equal('bob joined');
    expect(told(joined('bob', { source: 'admin', inviterId: 'root' }), { ...root, onBehalfOf: 'bob' })).to.equal(
      'bob joined, added by root',
    );
  });

  it('say until when, in ISO 8601 UTC', () => {
    expect(told(muted('bob', Date.UTC(2030, 0, 2, 3, 4, 5, 6)))).to.equal(
      'ann muted bob until 2030-01-02T03:04:05.006Z',
    );
    expect(told(muted('bob', null))).to.equal('ann muted bob for ever');
    expect(told(muted('bob', Number.MAX_SAFE_INTEGER))).to.equal('ann muted bob until 9007199254740991');
  });

  it('say why, and leave out a reason that was erased', () => {
    const removal = { groupId, userId: 'bob', roleBefore: 'member', by: 'ann', byRole: 'owner' } as const;
    expect(told({ type: 'MemberRemoved', data: { ...removal, reason: 'spam' } })).to.equal('ann removed bob: spam');
    const erased = { ...removal, reason: null as unknown as string };
    expect(told({ type: 'MemberRemoved', data: erased })).to.equal('ann removed bob');
    const transfer = { groupId, from: 'ann', to: 'bob', formerOwnerBecomes: 'member', newOwnerWas: 'admin' } as const;
    expect(told({ type: 'OwnerTransferred', data: { ...transfer, why: 'requested' } })).to.equal(
      'ann handed the group to bob; ann is now member',
    );
    expect(told({ type: 'OwnerTransferred', data: { ...transfer, why: 'ownerLeft' } })).to.equal(
      'bob succeeded ann as owner; ann is now member',
    );
    expect(told({ type: 'OwnerTransferred', data: { ...transfer, why: 'admin' } }, root)).to.equal(
      'app admin root handed the group of ann to bob; ann is now member',
    );
    expect(told({ type: 'MemberUnmuted', data: { groupId, userId: 'bob', by: 'ann', why: 'lifted' } })).to.equal(
      'ann unmuted bob',
    );
    expect(told({ type: 'MemberUnmuted', data: { groupId, userId: 'bob', by: 'ann', why: 'madeOwner' } })).to.equal(
      "bob's mute ended on becoming the owner",
    );
    expect(told(dismissed())).to.equal('ann dismissed the group');
    expect(told(dismissed('ann', true))).to.equal('ann dismissed the group and removed its members');
    expect(
      told({ type: 'GroupDismissed', data: { groupId, by: 'ann', membersRemoved: false, why: 'lastMemberLeft' } }),
    ).to.equal('the group was dismissed, its last member having left');
  });

  it('name both the user and who acted for him', () => {
    const registered = {
      type: 'UserRegistered',
      data: { userId: 'bob', number: 1, nickname: 'B', avatar: '', ext: '' },
    };
    expect(sentence(registered, { kind: 'user', id: 'bob' })).to.equal('bob registered');
    expect(sentence(registered, { ...root, onBehalfOf: 'ann' })).to.equal(
      'ann (through app admin root) registered bob',
    );
  });

  it('say honestly that a type is unknown here, whatever it is called', () => {
    for (const type of ['GroupRenovated', 'constructor', '__proto__']) {
      expect(sentence({ type, data: {} }, ann)).to.equal(
        `ann: ${type} (an event that this version can't put in words)`,
      );
    }
  });

  it('tell how people came in, or not', () => {
    expect(told(invited('eve', { awaits: ['invitee', 'manager'], reason: 'plays well' }))).to.equal(
      'cid invited eve, awaiting the invitee and the manager: plays well',
    );
    const answer = { groupId, inviteId: 'i', userId: 'eve', answer: 'accepted' } as const;
    expect(told({ type: 'InvitationAnswered', data: { ...answer, stage: 'invitee', by: 'eve' } })).to.equal(
      'eve accepted the invitation',
    );
    expect(
      told({ type: 'InvitationAnswered', data: { ...answer, stage: 'manager', by: 'bob', message: 'fine' } }),
    ).to.equal('bob accepted the invitation of eve as a manager: fine');
    expect(told(invitationEnded('eve', 'withdrawn'))).to.equal('ann took back the invitation of eve');
    expect(told(requested('eve', { message: 'hello', source: 'scan' }))).to.equal(
      'eve asked to join, having scanned its code: hello',
    );
    expect(
      told({
        type: 'JoinRequestAnswered',
        data: { groupId, requestId: 'r', userId: 'eve', answer: 'refused', by: 'bob' },
      }),
    ).to.equal('bob refused the request of eve');
    expect(told(requestEnded('eve', 'superseded'))).to.equal('the request of eve was replaced by a newer one');
  });

  it('tell how the group was set up, and leave out what was erased', () => {
    const erased = null as unknown as string;
    expect(told({ type: 'AnnouncementPublished', data: { groupId, text: 'Monday off', by: 'ann' } })).to.equal(
      'ann announced: Monday off',
    );
    expect(told({ type: 'AnnouncementPublished', data: { groupId, text: erased, by: 'ann' } })).to.equal(
      'ann announced',
    );
    expect(
      told({ type: 'GroupSettingsChanged', data: { groupId, changes: { maximum: 9, retention: null }, by: 'ann' } }),
    ).to.equal('ann set maximum to 9, retention to unlimited');
    const card = (data: object): GroupEvent => ({
      type: 'MemberCardChanged',
      data: { groupId, userId: 'cid', by: 'ann', ...data },
    });
    expect(told(card({ changes: { nickname: 'C', phone: null } }))).to.equal(
      "ann changed cid's card (nickname, phone)",
    );
    expect(told(card({ changes: null }))).to.equal("ann changed cid's card (details)");
    expect(told(card({ receiveOption: 'none' }))).to.equal('ann set how cid receives messages to none');
    expect(told(suspended('blocked'), root)).to.equal('root suspended the group (blocked)');
    expect(told({ type: 'GroupCopied', data: { groupId, toGroupId: 'chess2', by: 'ann', copiedAt: 1 } })).to.equal(
      'ann copied the group to chess2',
    );
  });

  it('tell what users do for themselves', () => {
    expect(sentence({ type: 'UserProfileChanged', data: { userId: 'ann', changes: { avatar: 'a' } } }, ann)).to.equal(
      'ann changed their own profile (avatar)',
    );
    expect(
      sentence({ type: 'UserPrivacyChanged', data: { userId: 'ann', changes: { groupInviteConsent: true } } }, root),
    ).to.equal("app admin root set ann's privacy: groupInviteConsent on");
    expect(sentence({ type: 'GroupFavourited', data: { userId: 'ann', groupId } }, ann)).to.equal(
      'ann made chess a favourite',
    );
  });

  it('tell what two are to each other', () => {
    const request = { requestId: 'r', from: 'ann', to: 'ben' };
    const asked = { ...request, message: 'hi', source: 'request', ext: '', by: 'ann', askedAt: 1 };
    const tell = (type: string, data: object, actor = ann): string => sentence({ type, data }, actor);
    expect(tell('FriendRequested', asked)).to.equal('ann asked ben to be friends: hi');
    expect(tell('FriendRequested', { ...asked, source: 'scan', message: null })).to.equal(
      'ann asked ben to be friends, found by scanning a code',
    );
    expect(tell('FriendRequested', { ...asked, by: 'root', message: '' })).to.equal(
      'root asked ben to be friends for ann',
    );
    const answer = { ...request, answer: 'accepted', by: 'ben', message: '' };
    expect(tell('FriendRequestAnswered', answer)).to.equal('ben accepted the request of ann');
    expect(tell('FriendRequestAnswered', { ...answer, answer: 'refused', message: 'no' })).to.equal(
      'ben refused the request of ann: no',
    );
    expect(tell('FriendRequestWithdrawn', { ...request, why: 'superseded' })).to.equal(
      'the request of ann was replaced by a newer one',
    );
    const added = { ownerId: 'ann', friendId: 'ben', source: 'request', by: 'ben' };
    expect(tell('FriendAdded', added)).to.equal('ben is a friend of ann now');
    expect(tell('FriendAdded', { ...added, source: 'import' }, root)).to.equal(
      'ben is a friend of ann now, imported by app admin root',
    );
    expect(tell('FriendRemoved', { ownerId: 'ann', friendId: 'ben', by: 'ann' })).to.equal(
      'ann took ben off the list of friends',
    );
    const noted = { ownerId: 'ann', friendId: 'ben', by: 'ann', changes: { remark: 'B' }, pinned: true };
    expect(tell('FriendCardChanged', noted)).to.equal('ann changed what ann notes of ben (remark, pinned)');
    const block = { ownerId: 'ann', blockedId: 'ben', ext: '' };
    expect(tell('UserBlocked', { ...block, why: 'requested', by: 'ann' })).to.equal('ann blocked ben');
    expect(tell('UserBlocked', { ...block, why: 'friendRemoved', by: 'ann' })).to.equal(
      'ben is blocked by ann, no longer being on the list',
    );
    expect(tell('UserUnblocked', { ...block, why: 'requested', by: 'root' })).to.equal(
      'root lifted the block of ben for ann',
    );
    expect(tell('UserUnblocked', { ...block, why: 'becameFriends', by: 'ben' })).to.equal(
      'ben is no longer blocked by ann, the two being friends',
    );
  });

  it('tell what was done in a conversation, and what was said only where it is asked for', () => {
    const tell = (type: string, data: object, telling = {}, actor = ann): string =>
      sentence({ type, data }, actor, telling);
    const content = { format: 'parley', type: 'text', body: '{"text":"meet me at noon"}' };
    const message = { seq: 3, senderId: 'ann', from: 'user', origin: 'sent', sentAt: 0, content };
    expect(tell('ConversationOpened', { about: { kind: 'single', a: 'ann', b: 'ben' } })).to.equal(
      'the chat of ann and ben was opened',
    );
    expect(tell('ConversationOpened', { about: { kind: 'group', groupId, incarnation: 2 } })).to.equal(
      'the chat of group chess (incarnation 2) was opened',
    );
    expect(tell('MessageSent', message)).to.equal('ann wrote message 3');
    expect(tell('MessageSent', message, { content: true })).to.equal('ann wrote message 3: meet me at noon');
    expect(tell('MessageSent', { ...message, content: null }, { content: true }), 'erased').to.equal(
      'ann wrote message 3',
    );
    const picture = { format: 'openim', type: '102', body: '{}' };
    expect(tell('MessageSent', { ...message, content: picture }, { content: true })).to.match(
      /^ann wrote message 3: \[/,
    );
    expect(tell('MessageSent', message, {}, root)).to.equal('app admin root wrote message 3 for ann');
    expect(tell('MessageSent', { ...message, from: 'system' }, {}, root)).to.equal(
      'app admin root wrote message 3 in the name of the service',
    );
    expect(tell('MessageSent', { ...message, origin: 'imported' }, {}, root)).to.equal(
      'app admin root imported message 3 of ann, sent at 1970-01-01T00:00:00.000Z',
    );
    const notice = { kind: 'MemberMuted', eventId: 'e', by: 'ann', userIds: ['ben', 'cid'], until: null };
    const line = { ...message, from: 'system', content: undefined, notice };
    expect(tell('MessageSent', line, { content: true }, { kind: 'system', id: 'group-lines' })).to.equal(
      "message 3 is a line of the server's: MemberMuted, by ann: ben, cid, for ever",
    );
    expect(tell('MessageRevoked', { seq: 3, senderId: 'ann', by: 'ben', as: 'admin' })).to.equal(
      'ben revoked message 3 of ann, as an admin',
    );
    expect(tell('MessageRevoked', { seq: 3, senderId: 'ann', by: 'ann', as: 'sender' })).to.equal(
      'ann revoked message 3',
    );
    expect(tell('MessagesDeleted', { seqs: [3, 4], by: 'ben', as: 'party' })).to.equal(
      'ben deleted messages 3, 4 for everybody',
    );
    expect(tell('ConversationCleared', { upToSeq: 9, by: 'ann', as: 'owner' })).to.equal(
      'ann deleted everything up to message 9 for everybody, as the owner',
    );
    expect(tell('ConversationClosed', { why: 'groupDismissed' })).to.equal(
      'the conversation was closed, its group having been dismissed',
    );
  });

  it('tell what somebody did with a conversation for himself', () => {
    const tell = (type: string, data: object): string =>
      sentence({ type, data: { userId: 'ann', by: 'ann', ...data } }, ann);
    expect(tell('ReadPositionSet', { upToSeq: 4, by: 'root' })).to.equal('root set how far ann has read to message 4');
    expect(tell('MessagesHidden', { seqs: [7] })).to.equal('ann hid message 7 from themselves');
    expect(tell('HistoryCleared', { upToSeq: 7, by: 'root' })).to.equal('root hid everything up to message 7 from ann');
    expect(tell('ConversationPinned', {})).to.equal('ann pinned the conversation');
    expect(tell('ConversationUnpinned', { by: 'root' })).to.equal('root unpinned the conversation for ann');
    expect(tell('ReceiveOptionChanged', { option: 'silent' })).to.equal(
      'ann set how ann receives messages here to silent',
    );
    expect(tell('ViewExtChanged', { ext: 'x' })).to.equal('ann changed what is attached to the conversation');
    expect(tell('ViewSettingsChanged', { changes: { privateChat: true } })).to.equal(
      'ann changed the conversation (privateChat)',
    );
  });
});
