import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { OpenimClient } from '../support/openim-client.js';
import { repositoryRoot } from '../support/repository-root.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { type Body, seqOf, TwoApis } from '../support/two-apis.js';
import { V1Client } from '../support/v1-client.js';

interface Pulled {
  readonly seq: number;
  readonly contentType: number;
  readonly status: number;
  /** Of its content's JSON. */
  readonly said: Body;
}

const firstPage = { pageNumber: 1, showNumber: 100 };
const si = (...pair: readonly [string, string]): string => `si_${[...pair].sort().join('_')}`;

describe('by /v1 and by 003’s API at once, with the server’s own lines in the chats', function () {
  this.timeout(60_000);
  let parley: RunningParley;
  let apis: TwoApis;

  before(async () => {
    parley = await runParley({ PARLEY_APP_ADMINS: 'root', OPENIM_SECRET: 'a secret of the app, of some length' });
    apis = new TwoApis(new V1Client(parley.url), new OpenimClient(`${parley.url}/openim`, ''));
    await apis.register('root', 'ada', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus');
  });
  after(() => parley.stop());

  const group = (groupId: string, more: object = {}): Promise<Body> =>
    apis.done('ada', 'POST', '/groups', { groupId, name: groupId, members: ['bob', 'cid'], ...more });
  const sendBy003 = async (sendID: string, to: object, text: string): Promise<number> => {
    const body = { sendID, ...to, contentType: 101, content: { content: text } };
    return Number((await apis.im003('root', '/msg/send_msg', body))['seq']);
  };
  const pulled = async (userID: string, conversationID: string): Promise<Pulled[]> => {
    const seqRanges = [{ conversationID, begin: 0, end: 1_000_000, num: 100 }];
    const answer: { msgs?: Record<string, { Msgs: (Omit<Pulled, 'said'> & { content: string })[] | null }> } =
      await apis.im003(userID, '/msg/pull_msg_by_seq', { userID, seqRanges, order: 0 });
    return (answer.msgs?.[conversationID]?.Msgs ?? []).map(({ seq, contentType, status, content }) => ({
      seq,
      contentType,
      status,
      said: (content === '' ? {} : JSON.parse(Buffer.from(content, 'base64').toString())) as Body,
    }));
  };
  const detailOf = ({ said }: Pulled): Body => JSON.parse(String(said['detail'])) as Body;
  const ownersOf = async (groupId: string, after: Body): Promise<string[]> =>
    (await apis.items('bob', `/groups/${groupId}/members?role=owner`, after)).map(({ userId }) => String(userId));

  describe('what must never happen (docs/rules.md B)', () => {
    const titles: string[] = [];
    const never = (title: string, check: () => Promise<void>): void => {
      titles.push(title);
      it(title, check);
    };

    never('B1: wrong or negative member counts', async () => {
      await group('b1');
      const path = '/groups/b1';
      const inGroup = { groupID: 'b1' };
      const invited = { ...inGroup, invitedUserIDs: ['dan'], reason: '' };
      const kicked = { ...inGroup, kickedUserIDs: ['cid'], reason: '' };
      for (let round = 0; round < 2; round++) {
        await Promise.all([
          ...[1, 2].map(() => apis.ask('ada', 'POST', `${path}/invitations`, { userIds: ['dan'] })),
          ...[1, 2].map(() => apis.codeOf('bob', '/group/invite_user_to_group', invited)),
          ...[1, 2].map(() => apis.ask('eve', 'PUT', `${path}/members/me`)),
          apis.ask('cid', 'DELETE', `${path}/members/me`),
          apis.codeOf('ada', '/group/kick_group', kicked),
        ]);
        const inside = await apis.done('ada', 'PATCH', path, { name: `b1 ${round.toString()}` });
        const expectCount = async (after: Body, members: readonly string[]): Promise<void> => {
          const found = await apis.items('ada', `${path}/members`, after);
          expect(found.map(({ userId }) => userId)).to.have.members(members);
          expect((await apis.done('ada', 'GET', path))['memberCount']).to.equal(members.length);
          const { groupInfos } = await apis.im003('ada', '/group/get_groups_info', { groupIDs: ['b1'] });
          expect((groupInfos as Body[] | undefined)?.[0]).to.include({ memberCount: members.length });
        };
        await expectCount(inside, ['ada', 'bob', 'dan', 'eve']);
        await Promise.all([
          ...[1, 2].map(() => apis.ask('ada', 'DELETE', `${path}/members/dan`)),
          ...[1, 2].map(() => apis.codeOf('eve', '/group/quit_group', inGroup)),
          apis.ask('cid', 'PUT', `${path}/members/me`),
        ]);
        const back = await apis.done('ada', 'PATCH', path, { name: `b1 ${round.toString()}, again` });
        await expectCount(back, ['ada', 'bob', 'cid']);
      }
    });

    never('B2: a member who is told he isn’t one', async () => {
      await group('b2');
      for (let round = 0; round < 4; round++) {
        const byV1 = round % 2 === 0;
        if (byV1) await apis.done('dan', 'PUT', '/groups/b2/members/me');
        else {
          const join = { groupID: 'b2', reqMessage: '', joinSource: 3, inviterUserID: 'dan' };
          await apis.im003('dan', '/group/join_group', join);
        }
        // Whatever he asks right after the answer, he is in.
        await apis.say('dan', 'group:b2', 'here I am');
        await sendBy003('dan', { groupID: 'b2', sessionType: 3 }, 'and here');
        expect(await apis.done('dan', 'GET', '/groups/b2/members/me')).to.include({ userId: 'dan' });
        expect((await apis.done('dan', 'GET', '/conversations/group:b2'))['takesPart']).to.equal(true);
        const asked = { groupID: 'b2', userIDs: ['dan'] };
        expect((await apis.im003('dan', '/group/get_group_members_info', asked))['members']).to.have.length(1);
        if (byV1) await apis.im003('ada', '/group/kick_group', { groupID: 'b2', kickedUserIDs: ['dan'], reason: '' });
        else await apis.done('ada', 'DELETE', '/groups/b2/members/dan');
        await apis.refused('NotGroupMember', 'dan', 'POST', '/conversations/group:b2/messages', { text: 'still?' });
      }
    });

    never('B3: two owners, a stale owner, a muted new owner', async () => {
      await group('b3');
      for (const who of ['bob', 'cid']) await apis.done('ada', 'PUT', `/groups/b3/members/${who}/mute`);
      const transfer = { groupID: 'b3', oldOwnerUserID: 'ada', newOwnerUserID: 'cid' };
      const [byV1, by003] = await Promise.all([
        apis.ask('ada', 'PUT', '/groups/b3/owner', { userId: 'bob' }),
        apis.codeOf('ada', '/group/transfer_group', transfer),
      ]);
      expect(
        [byV1.status === 200, by003 === 0].filter((done) => done),
        'one of the two',
      ).to.have.length(1);
      const owner = by003 === 0 ? 'cid' : 'bob';
      const said = await apis.say(owner, 'group:b3', 'I can speak');
      expect(await ownersOf('b3', said)).to.deep.equal([owner]);
      expect((await apis.done('ada', 'GET', '/groups/b3'))['ownerId']).to.equal(owner);
      const page = { groupID: 'b3', pagination: firstPage };
      const { members } = await apis.im003<{ members: Body[] }>('ada', '/group/get_group_member_list', page);
      const owners = members.filter(({ roleLevel }) => roleLevel === 100);
      expect(owners.map(({ userID }) => userID)).to.deep.equal([owner]);
      await apis.refused('NotGroupOwner', 'ada', 'DELETE', '/groups/b3');
      expect(await apis.codeOf('ada', '/group/dismiss_group', { groupID: 'b3' })).to.equal(1002);
    });

    never('B4: dismissed groups that come back or take writes', async () => {
      const groupID = 'b4';
      await group(groupID, { joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' } });
      await apis.done('eve', 'PUT', '/groups/b4/members/me');
      await apis.done('root', 'PUT', '/groups/b4/suspension', { mode: 'noChat', reason: 'noise' });
      const gone = await apis.done('ada', 'DELETE', '/groups/b4');
      const dead = ['GroupDismissed', 'GroupIdTaken'];
      await apis.refused(dead, 'ada', 'POST', '/groups', { groupId: groupID, name: 'back' });
      await apis.refused(dead, 'eve', 'PUT', '/groups/b4/members/me');
      await apis.refused(dead, 'ada', 'PUT', '/groups/b4/join-requests/eve/answer', { answer: 'approved' });
      await apis.refused(dead, 'ada', 'POST', '/groups/b4/invitations', { userIds: ['dan'], allOrNothing: true });
      await apis.refused(dead, 'ada', 'PATCH', '/groups/b4', { name: 'back' });
      await apis.refused(dead, 'ada', 'PUT', '/groups/b4/owner', { userId: 'bob' });
      await apis.refused(dead, 'bob', 'POST', '/conversations/group:b4/messages', { text: 'anybody?' });
      await apis.ask('root', 'DELETE', '/groups/b4/suspension');
      const again = {
        ownerUserID: 'ada',
        memberUserIDs: ['bob'],
        groupInfo: { groupID, groupName: 'b', groupType: 2 },
      };
      expect(await apis.codeOf('ada', '/group/create_group', again)).to.equal(1202);
      for (const [who, path, body] of [
        ['eve', '/group/join_group', { reqMessage: '', joinSource: 3, inviterUserID: 'eve' }],
        ['ada', '/group/group_application_response', { fromUserID: 'eve', handledMsg: '', handleResult: 1 }],
        ['ada', '/group/invite_user_to_group', { invitedUserIDs: ['dan'], reason: '' }],
        ['ada', '/group/mute_group', {}],
        ['ada', '/group/set_group_info_ex', { groupName: 'back' }],
      ] as const)
        expect(await apis.codeOf(who, path, { groupID, ...body }), path).to.equal(1204);
      const sent = { sendID: 'ada', groupID, sessionType: 3, contentType: 101, content: { content: 'anybody?' } };
      expect(await apis.codeOf('root', '/msg/send_msg', sent)).to.equal(1204);
      expect(await apis.read('root', '/groups/b4', gone)).to.include({ status: 'dismissed' });
      const { groupInfos } = await apis.im003('ada', '/group/get_groups_info', { groupIDs: [groupID] });
      expect((groupInfos as Body[] | undefined)?.[0]).to.include({ status: 2 });
    });

    never('B5: request lists with stale results', async () => {
      await group('b5', { joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' } });
      const results003 = async (who: string): Promise<unknown[]> => {
        const body = { fromUserID: who, groupIDs: ['b5'], pagination: firstPage };
        const { groupRequests } = await apis.im003<{ groupRequests: Body[] | null }>(
          who,
          '/group/get_recv_group_applicationList',
          body,
        );
        return (groupRequests ?? []).map(({ handleResult }) => handleResult);
      };
      const pending = async (after: Body): Promise<unknown[]> =>
        (await apis.items('ada', '/groups/b5/join-requests?status=pending', after)).map(({ userId }) => userId);
      const asked = await apis.done('eve', 'PUT', '/groups/b5/members/me', { message: 'please' });
      expect(await pending(asked)).to.deep.equal(['eve']);
      expect(await results003('ada')).to.deep.equal([0]);
      const answered = await apis.done('ada', 'PUT', '/groups/b5/join-requests/eve/answer', { answer: 'refused' });
      expect(await pending(answered)).to.deep.equal([]);
      expect(await results003('ada')).to.deep.equal([-1]);
      const again = await apis.done('eve', 'PUT', '/groups/b5/members/me', { message: 'please!' });
      expect(await pending(again)).to.deep.equal(['eve']);
      const approved = await apis.done('ada', 'PUT', '/groups/b5/join-requests/eve/answer', { answer: 'approved' });
      expect(await pending(approved)).to.deep.equal([]);
      expect(await results003('ada'))
        .to.include(1)
        .and.not.include(0);

      const friendResults = async (): Promise<unknown[]> => {
        const body = { userID: 'fay', pagination: firstPage };
        const { FriendRequests } = await apis.im003<{ FriendRequests: Body[] | null }>(
          'fay',
          '/friend/get_friend_apply_list',
          body,
        );
        return (FriendRequests ?? []).map(({ handleResult }) => handleResult);
      };
      const waiting = async (after: Body): Promise<unknown[]> =>
        (await apis.items('fay', '/users/me/friend-requests/received?status=pending', after)).map(({ from }) => from);
      const friendAsked = await apis.done('eve', 'PUT', '/users/me/friend-requests/sent/fay', {});
      expect(await waiting(friendAsked)).to.have.length(1);
      expect(await friendResults()).to.deep.equal([0]);
      const answer = { answer: 'accepted' };
      const made = await apis.done('fay', 'PUT', '/users/me/friend-requests/received/eve/answer', answer);
      expect(await waiting(made)).to.deep.equal([]);
      expect(await friendResults()).to.deep.equal([1]);
    });

    never('B6: friend requests that repeat or vanish', async () => {
      const received = async (after: Body, query = ''): Promise<readonly Body[]> =>
        apis.items('cid', `/users/me/friend-requests/received${query}`, after);
      const ask = { fromUserID: 'bob', toUserID: 'cid', reqMsg: 'hello' };
      const [first] = await Promise.all([
        apis.done('bob', 'PUT', '/users/me/friend-requests/sent/cid', { message: 'hello' }),
        apis.done('bob', 'PUT', '/users/me/friend-requests/sent/cid', { message: 'hello' }),
        apis.im003('bob', '/friend/add_friend', ask),
      ]);
      const last = await apis.done('bob', 'PUT', '/users/me/friend-requests/sent/cid', { message: 'hello?' });
      expect(first['changed']).to.equal(true);
      expect((await received(last)).map(({ message }) => message)).to.deep.equal(['hello?']);
      const { FriendRequests } = await apis.im003('cid', '/friend/get_friend_apply_list', {
        userID: 'cid',
        pagination: firstPage,
      });
      expect(FriendRequests).to.have.length(1);
      const refused = { answer: 'refused' };
      const no = await apis.done('cid', 'PUT', '/users/me/friend-requests/received/bob/answer', refused);
      expect((await received(no)).map(({ status }) => status)).to.deep.equal(['refused']);
      await apis.im003('bob', '/friend/add_friend', ask);
      await eventually(async () => {
        expect((await received(no, '?status=pending')).map(({ message }) => message)).to.deep.equal(['hello']);
      });
      // The other one asks, too: nobody's request is lost, and none stays open.
      const crossing = await apis.done('cid', 'PUT', '/users/me/friend-requests/sent/bob', {});
      expect((crossing['outcome'] as Body)['result']).to.equal('added');
      expect(await received(crossing, '?status=pending')).to.deep.equal([]);
      expect((await apis.done('cid', 'GET', '/users/me/friends/bob'))['friend']).to.not.equal(null);
    });

    never('B7: unread below zero, or counting one’s own', async () => {
      const conversationID = si('dan', 'gus');
      const unreadOf = async (who: string, peer: string, after: Body): Promise<unknown> =>
        (await apis.read(who, `/conversations/user:${peer}`, after))['unread'];
      await apis.say('dan', 'user:gus', 'one');
      await apis.say('dan', 'user:gus', 'two');
      const own = await apis.say('gus', 'user:dan', 'three');
      expect(await unreadOf('gus', 'dan', own)).to.equal(0);
      expect(await unreadOf('dan', 'gus', own)).to.equal(1);
      const beyond = { conversationID, userID: 'dan', hasReadSeq: 999 };
      await Promise.all([
        apis.im003('dan', '/msg/mark_conversation_as_read', beyond),
        apis.done('dan', 'PUT', '/conversations/user:gus/read-position', { upTo: 3 }),
        apis.done('dan', 'PUT', '/conversations/user:gus/read-position', { upTo: 1 }),
        apis.im003('dan', '/msg/mark_msgs_as_read', { conversationID, userID: 'dan', seqs: [1] }),
      ]);
      expect(await unreadOf('dan', 'gus', own)).to.equal(0);
      expect(
        await apis.codeOf('dan', '/msg/mark_msgs_as_read', { conversationID, userID: 'dan', seqs: [99] }),
      ).to.equal(1001);
      const later = await apis.say('gus', 'user:dan', 'four');
      expect(await unreadOf('dan', 'gus', later), 'what came after is unread').to.equal(1);
      const taken = await apis.done('gus', 'POST', '/conversations/user:dan/messages/4/revocation');
      expect(await unreadOf('dan', 'gus', taken), 'what was taken back stays counted').to.equal(1);
      const { conversationElems } = await apis.im003<{ conversationElems: Body[] }>(
        'dan',
        '/conversation/get_sorted_conversation_list',
        { userID: 'dan' },
      );
      const unread = new Map(conversationElems.map((each) => [each['conversationID'], each['unreadCount']]));
      expect(unread.get(conversationID)).to.equal(1);
      for (const count of unread.values()) expect(count).to.be.at.least(0);
    });

    never('B8: a message that one can see and can’t revoke', async () => {
      await group('b8', { members: ['bob', 'cid', 'dan'], admins: [] });
      await apis.done('ada', 'PATCH', '/groups/b8/members/bob', { role: 'admin' });
      const revokeBy003 = (userID: string, seq: number): Promise<unknown> =>
        apis.im003(userID, '/msg/revoke_msg', { conversationID: 'sg_b8', seq, userID });
      const revoke = (who: string, seq: number): Promise<Body> =>
        apis.done(who, 'POST', `/conversations/group:b8/messages/${seq.toString()}/revocation`);
      const say = async (who: string): Promise<number> => seqOf(await apis.say(who, 'group:b8', `by ${who}`));
      // Right after it was sent, whatever the lists show, by the API that one didn't send by.
      await revokeBy003('cid', await say('cid'));
      await revoke('cid', await sendBy003('cid', { groupID: 'b8', sessionType: 3 }, 'by cid'));
      await revoke('bob', await say('cid'));
      await revokeBy003('ada', await say('bob'));
      // Sent in the owner's eyes by one who has left, and by himself.
      const [left, own] = [await say('dan'), await say('dan')];
      await apis.done('dan', 'DELETE', '/groups/b8/members/me');
      await revoke('bob', left);
      const last = await revoke('dan', own);
      const shown = await apis.items('ada', '/conversations/group:b8/messages', last);
      const said = shown.filter(({ notice }) => notice === null);
      expect(said.map(({ status }) => status)).to.deep.equal(Array(6).fill('revoked'));
    });

    never('B9: duplicate messages on a retry', async () => {
      const again = { clientMsgId: 'b9' };
      const first = await apis.say('eve', 'user:gus', 'once', again);
      await apis.done('gus', 'PUT', '/users/me/blocks/eve', {});
      const retries = await Promise.all([1, 2, 3].map(() => apis.say('eve', 'user:gus', 'once', again)));
      for (const { outcome } of retries) expect(outcome).to.deep.equal(first['outcome']);
      await apis.refused('BlockedByPeer', 'eve', 'POST', '/conversations/user:gus/messages', { text: 'anew' });
      await apis.done('gus', 'DELETE', '/users/me/blocks/eve');
      const body = { sendID: 'eve', recvID: 'gus', sessionType: 1, contentType: 101, content: { content: 'twice?' } };
      const by003 = await Promise.all(
        [1, 2, 3].map(() => apis.ask003('root', '/msg/send_msg', body, { 'Idempotency-Key': 'b9' })),
      );
      for (const { data } of by003) expect(data).to.deep.equal(by003[0]?.data);
      const last = await apis.say('eve', 'user:gus', 'the end');
      const shown = await apis.items('gus', '/conversations/user:eve/messages', last);
      expect(shown.map(({ preview }) => preview)).to.deep.equal(['the end', 'twice?', 'once']);
    });

    never('B10: two conversations of the same millisecond, one lost from the list', async () => {
      const sentAt = '2024-02-29T12:00:00Z';
      let last: Body = {};
      const peers = ['ada', 'bob', 'cid', 'dan'];
      for (const peer of peers) {
        const messages = [{ senderId: peer, sentAt, text: `from ${peer}` }];
        const headers = { 'parley-on-behalf-of': 'fay' };
        last = await apis.done('root', 'POST', `/conversations/user:${peer}/imports`, { messages }, headers);
      }
      const whole = await apis.items('fay', '/conversations', last);
      const ids = whole.map(({ conversationId }) => conversationId);
      expect(ids).to.include.members(peers.map((peer) => `user:${peer}`));
      const paged: unknown[] = [];
      for (let cursor: unknown = ''; cursor !== null;) {
        const path = `/conversations?limit=1${cursor === '' ? '' : `&cursor=${String(cursor)}`}`;
        const { items, next } = await apis.done('fay', 'GET', path);
        paged.push(...(items as Body[]).map(({ conversationId }) => conversationId));
        cursor = next;
      }
      expect(paged).to.deep.equal(ids);
      const body = { userID: 'fay', pagination: firstPage };
      const { conversationElems } = await apis.im003<{ conversationElems: Body[] }>(
        'fay',
        '/conversation/get_sorted_conversation_list',
        body,
      );
      const ids003 = conversationElems.map(({ conversationID }) => conversationID);
      expect(ids003).to.include.members(peers.map((peer) => si('fay', peer)));
    });

    never('B11: half-cleared history', async () => {
      const conversationID = si('ada', 'gus');
      for (const text of ['one', 'two', 'three']) await apis.say('ada', 'user:gus', `${text} b11`);
      const more = [1, 2, 3].map((n) => apis.say('gus', 'user:ada', `more ${n.toString()} b11`));
      const cleared = await apis.done('ada', 'DELETE', '/conversations/user:gus/messages');
      const { upTo } = cleared['outcome'] as { upTo: number };
      const last = await Promise.all(more).then(async () => apis.say('gus', 'user:ada', 'last b11'));
      expect(upTo).to.be.within(3, 6);
      // Gone from everything, up to exactly there, and nothing after it.
      const kept = Array.from({ length: 7 - upTo }, (_, n) => upTo + 1 + n);
      const seqsOf = (found: readonly { readonly seq?: unknown }[]): unknown[] => found.map(({ seq }) => seq).sort();
      expect(seqsOf(await apis.items('ada', '/conversations/user:gus/messages', last))).to.deep.equal(kept);
      expect(seqsOf(await apis.items('ada', '/messages?keyword=b11', last))).to.deep.equal(kept);
      expect(seqsOf(await pulled('ada', conversationID))).to.deep.equal(kept);
      await apis.refused('MessageUnknown', 'ada', 'GET', '/conversations/user:gus/messages/1');
      expect((await apis.done('ada', 'GET', '/conversations/user:gus'))['unread']).to.equal(kept.length);
      expect(await apis.items('gus', '/conversations/user:ada/messages', last)).to.have.length(7);
      const everybody = { isSyncSelf: true, isSyncOther: true };
      const clear = { conversationIDs: [conversationID], userID: 'gus', deleteSyncOpt: everybody };
      await apis.im003('gus', '/msg/clear_conversation_msg', clear);
      await eventually(async () => {
        for (const [who, peer] of [
          ['ada', 'gus'],
          ['gus', 'ada'],
        ] as const) {
          expect(await apis.items(who, `/conversations/user:${peer}/messages`, last)).to.deep.equal([]);
          expect(await pulled(who, conversationID)).to.deep.equal([]);
          expect(await apis.done(who, 'GET', `/conversations/user:${peer}`)).to.include({ unread: 0, last: null });
        }
      });
    });

    never('B12: a double click that makes two groups', async () => {
      const key = { 'idempotency-key': 'b12' };
      const made = await Promise.all([1, 2, 3].map(() => apis.done('gus', 'POST', '/groups', { name: 'Once' }, key)));
      expect(new Set(made.map(({ id }) => id)).size).to.equal(1);
      const body = { ownerUserID: 'gus', memberUserIDs: ['ada'], groupInfo: { groupName: 'Once', groupType: 2 } };
      const by003 = await Promise.all([1, 2, 3].map(() => apis.ask003('gus', '/group/create_group', body, key)));
      expect(new Set(by003.map(({ data }) => (data?.['groupInfo'] as Body | undefined)?.['groupID'])).size).to.equal(1);
      await eventually(async () => {
        const mine = await apis.items('gus', '/groups?limit=100', made[0]!);
        expect(mine.filter(({ name }) => name === 'Once')).to.have.length(2);
      });
    });

    never('B13: a right that nobody is on record for having granted', async () => {
      await group('b13', { joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' } });
      const roles = { groupID: 'b13', userID: 'bob', roleLevel: 60 };
      await apis.im003('root', '/group/set_group_member_info', { members: [roles] });
      await apis.done('eve', 'PUT', '/groups/b13/members/me');
      await apis.done('bob', 'PUT', '/groups/b13/join-requests/eve/answer', { answer: 'approved' });
      const headers = { 'parley-on-behalf-of': 'ada' };
      await apis.done('root', 'PUT', '/groups/b13/owner', { userId: 'cid' }, headers);
      const events = (await apis.done('root', 'GET', '/groups/b13/events?limit=100'))['items'] as {
        readonly type: string;
        readonly actor: Body;
        readonly via: string;
        readonly data: Body;
      }[];
      const granted = (type: string, userId: string) =>
        events.find(({ type: each, data }) => each === type && [data['userId'], data['to']].includes(userId));
      expect(granted('MemberRoleChanged', 'bob')).to.deep.include({
        actor: { kind: 'appAdmin', id: 'root' },
        via: 'openim:/group/set_group_member_info',
      });
      expect(granted('MemberRoleChanged', 'bob')?.data).to.include({ by: 'root', from: 'member', to: 'admin' });
      expect(granted('MemberJoined', 'eve')?.data).to.include({ approvedBy: 'bob' });
      expect(granted('JoinRequestAnswered', 'eve')?.actor).to.deep.equal({ kind: 'user', id: 'bob' });
      expect(granted('OwnerTransferred', 'cid')?.actor).to.deep.equal({
        kind: 'appAdmin',
        id: 'root',
        onBehalfOf: 'ada',
      });
      for (const { type, actor, via } of events) {
        expect(actor['id'], type).to.be.a('string').that.is.not.equal('');
        expect(via, type).to.match(/^(v1|openim):/);
      }
    });

    it('is a list of which each line has its test', () => {
      const rules = readFileSync(join(repositoryRoot(), 'docs', 'rules.md'), 'utf8');
      const lines = [...rules.matchAll(/^- (B\d+: .*)$/gm)].map(([, line]) => line?.replaceAll("'", '’'));
      expect(titles).to.deep.equal(lines);
    });
  });

  describe('each step on the other API', () => {
    const conversationID = si('hal', 'ida');
    /** Of the newest messages, seq by seq. */
    const byV1 = async (who: string, peer: string, after: Body): Promise<Map<unknown, Body>> =>
      new Map(
        (await apis.items(who, `/conversations/user:${peer}/messages`, after)).map((each) => [each['seq'], each]),
      );

    before(() => apis.register('hal', 'ida', 'joe'));

    it('two become friends, write, take back, read and block', async () => {
      await apis.done('hal', 'PUT', '/users/me/friend-requests/sent/ida', { message: 'It is Hal' });
      await eventually(async () => {
        const { FriendRequests } = await apis.im003<{ FriendRequests: Body[] | null }>(
          'ida',
          '/friend/get_friend_apply_list',
          { userID: 'ida', pagination: firstPage },
        );
        expect(FriendRequests?.[0]).to.include({ fromUserID: 'hal', reqMsg: 'It is Hal', handleResult: 0 });
      });
      const answer = { fromUserID: 'hal', toUserID: 'ida', handleResult: 1, handleMsg: 'hi Hal' };
      await apis.im003('ida', '/friend/add_friend_response', answer);
      await eventually(async () => {
        const seen = await apis.done('hal', 'GET', '/users/me/friends/ida');
        expect(seen).to.deep.include({ inOthersList: true });
        expect(seen['friend']).to.not.equal(null);
      });
      // The chat opens with a line of the server's, by either API, with the request that made it.
      await eventually(async () => {
        const [line] = await pulled('hal', conversationID);
        expect(line).to.include({ seq: 1, contentType: 1201 });
        expect(detailOf(line!)).to.deep.include({
          fromToUserID: { fromUserID: 'hal', toUserID: 'ida' },
          handleMsg: 'hi Hal',
        });
        expect(detailOf(line!)['request']).to.include({ fromUserID: 'hal', reqMsg: 'It is Hal', handleResult: 1 });
        const { items } = await apis.done('ida', 'GET', '/conversations/user:hal/messages');
        expect((items as Body[])[0]).to.deep.include({
          seq: 1,
          from: 'system',
          preview: 'ida and hal are friends now',
        });
      });

      expect(await sendBy003('hal', { recvID: 'ida', sessionType: 1 }, 'by 003')).to.equal(2);
      const second = await apis.say('ida', 'user:hal', 'by /v1');
      const shown = await byV1('ida', 'hal', second);
      expect(shown.get(2)).to.deep.include({ senderId: 'hal', content: { kind: 'text', text: 'by 003' } });
      const texts = (await pulled('hal', conversationID)).map(({ said }) => said['content'] ?? said['text']);
      expect(texts.slice(1)).to.deep.equal(['by 003', 'by /v1']);

      const read = { conversationID, userID: 'ida', hasReadSeq: 2 };
      await apis.im003('ida', '/msg/mark_conversation_as_read', read);
      const receipts = await apis.done('hal', 'GET', '/conversations/user:ida/messages/2/receipts');
      expect(receipts).to.deep.include({ read: 1, unread: 0 });
      await apis.done('hal', 'PUT', '/conversations/user:ida/read-position', { upTo: 3 });
      const asked = { userID: 'hal', conversationIDs: [conversationID] };
      const positions = await apis.im003<{ seqs: Record<string, Body> }>(
        'hal',
        '/msg/get_conversations_has_read_and_max_seq',
        asked,
      );
      expect(positions.seqs[conversationID]).to.include({ hasReadSeq: 3, maxSeq: 3 });

      const taken = await apis.done('hal', 'POST', '/conversations/user:ida/messages/2/revocation');
      expect((await byV1('ida', 'hal', taken)).get(2)).to.deep.include({ status: 'revoked', content: null });
      expect((await pulled('ida', conversationID)).find(({ seq }) => seq === 2)).to.include({ contentType: 2101 });
      expect(await apis.codeOf('hal', '/msg/revoke_msg', { conversationID, seq: 2, userID: 'hal' })).to.equal(1404);
      await apis.im003('ida', '/msg/revoke_msg', { conversationID, seq: 3, userID: 'ida' });
      await apis.refused('MessageAlreadyRevoked', 'ida', 'POST', '/conversations/user:hal/messages/3/revocation');

      await apis.done('ida', 'PUT', '/users/me/blocks/hal', {});
      const body = { sendID: 'hal', recvID: 'ida', sessionType: 1, contentType: 101, content: { content: 'why?' } };
      expect(await apis.codeOf('root', '/msg/send_msg', body)).to.equal(1302);
      await apis.im003('ida', '/friend/remove_black', { ownerUserID: 'ida', blackUserID: 'hal' });
      await apis.im003('ida', '/friend/add_black', { ownerUserID: 'ida', blackUserID: 'hal' });
      await apis.refused('BlockedByPeer', 'hal', 'POST', '/conversations/user:ida/messages', { text: 'why?' });
      await apis.done('ida', 'DELETE', '/users/me/blocks/hal');
      expect(seqOf(await apis.say('hal', 'user:ida', 'thanks'))).to.equal(4);
    });

    it('what happens in a group stands in its chat as lines, counted as unread, until the last', async () => {
      await apis.done('hal', 'POST', '/groups', { groupId: 'lines', name: 'Lines', members: ['ida'] });
      const inGroup = { groupID: 'lines' };
      await apis.im003('hal', '/group/invite_user_to_group', { ...inGroup, invitedUserIDs: ['joe'], reason: '' });
      await apis.done('hal', 'PUT', '/groups/lines/members/ida/mute', { forSeconds: 600 });
      await apis.im003('hal', '/group/cancel_mute_group_member', { ...inGroup, userID: 'ida' });
      await apis.done('hal', 'PATCH', '/groups/lines', { name: 'Lines of ours' });
      await apis.im003('hal', '/group/kick_group', { ...inGroup, kickedUserIDs: ['joe'], reason: '' });
      await apis.done('hal', 'PUT', '/groups/lines/owner', { userId: 'ida' });
      const codes = [1501, 1509, 1512, 1513, 1520, 1508, 1507];
      await eventually(async () => {
        expect((await pulled('ida', 'sg_lines')).map(({ contentType }) => contentType)).to.deep.equal(codes);
      });
      const { items } = await apis.done('ida', 'GET', '/conversations/group:lines/messages');
      const told = (items as { notice: { kind: string; by: string; userIds: string[] } }[]).reverse();
      expect(told.map(({ notice: { kind, by, userIds } }) => [kind, by, ...userIds])).to.deep.equal([
        ['GroupCreated', 'hal', 'ida'],
        ['MemberJoined', 'hal', 'joe'],
        ['MemberMuted', 'hal', 'ida'],
        ['MemberUnmuted', 'hal', 'ida'],
        ['GroupProfileChanged', 'hal'],
        ['MemberRemoved', 'hal', 'joe'],
        ['OwnerTransferred', 'hal', 'ida'],
      ]);
      expect(await apis.done('ida', 'GET', '/conversations/group:lines')).to.include({ unread: codes.length });
      // Who was removed saw it, and nothing after it.
      expect((await pulled('joe', 'sg_lines')).at(-1)?.seq ?? 0).to.be.at.most(6);
      await apis.im003('ida', '/group/dismiss_group', { ...inGroup, deleteMember: false });
      await eventually(async () => {
        expect((await pulled('hal', 'sg_lines')).at(-1)).to.include({ contentType: 1511 });
        const { closedAt } = await apis.done('hal', 'GET', '/conversations/group:lines');
        expect(closedAt).to.be.a('string');
      });
      await apis.refused('GroupDismissed', 'ida', 'POST', '/conversations/group:lines/messages', { text: 'bye' });
      const { items: after } = await apis.done('hal', 'GET', '/conversations/group:lines/messages');
      expect(after).to.have.length(codes.length + 1);
    });
  });
});
