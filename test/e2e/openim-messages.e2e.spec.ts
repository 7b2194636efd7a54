import { expect } from 'chai';
import type { ConversationInfo } from '../../api/dialects/openim/conversation-views.js';
import type { MsgData, MsgInfo } from '../../api/dialects/openim/message-views.js';
import type { SendMsgResp } from '../../api/dialects/openim/sending.js';
import { OpenimClient, type OpenimAnswer } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';

const SECRET = 'a secret of the app, of some length';

type Body = Record<string, unknown>;
interface Elem {
  conversationID: string;
  recvMsgOpt: number;
  unreadCount: number;
  IsPinned: boolean;
  msgInfo: MsgInfo;
}
interface SortedList {
  conversationTotal: number;
  unreadTotal: number;
  conversationElems: Elem[] | null;
}

describe('003: messages and conversations', () => {
  let parley: RunningParley;
  let im: OpenimClient;
  let admin: string;
  /** Tokens by user id. */
  const of: Record<string, string> = {};
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({ PARLEY_APP_ADMINS: 'imAdmin', OPENIM_SECRET: SECRET, CHAT_NOTICES: 'false' });
    im = new OpenimClient(`${parley.url}/openim`, SECRET);
    admin = await im.adminToken('imAdmin');
  });
  after(() => parley.stop());

  const as = (name: string): { token: string } => ({ token: name === 'imAdmin' ? admin : (of[name] ?? '') });
  const call = (path: string, body: object, who: string): Promise<OpenimAnswer> => im.call(path, body, as(who));
  const codeOf = async (path: string, body: object, who: string): Promise<number> =>
    (await call(path, body, who)).errCode;

  async function people<const Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ [N in keyof Names]: string }> {
    const ids = names.map((name) => `${name}_${(++count).toString()}`);
    Object.assign(of, await im.people(...ids));
    return ids as { [N in keyof Names]: string };
  }
  async function group(owner: string, members: readonly string[], admins: readonly string[] = []): Promise<string> {
    const groupID = `g_${(++count).toString()}`;
    const groupInfo = { groupID, groupName: 'Study Group', faceURL: 'https://x.example/g', groupType: 2 };
    const body = { ownerUserID: owner, memberUserIDs: members, adminUserIDs: admins, groupInfo };
    await im.done('/group/create_group', body, as(owner));
    return groupID;
  }
  const text = (content: string): Body => ({ content: { content }, contentType: 101 });
  const toPeer = (sendID: string, recvID: string, content = 'hello!!', more: Body = {}): Promise<OpenimAnswer> =>
    call('/msg/send_msg', { sendID, recvID, ...text(content), sessionType: 1, ...more }, 'imAdmin');
  const toGroup = (sendID: string, groupID: string, content = 'hello!!', more: Body = {}): Promise<OpenimAnswer> =>
    call('/msg/send_msg', { sendID, groupID, ...text(content), sessionType: 3, ...more }, 'imAdmin');
  const sent = async (sending: Promise<OpenimAnswer>): Promise<SendMsgResp> => {
    const { errCode, errDlt, data } = await sending;
    expect(errCode, errDlt).to.equal(0);
    return data as unknown as SendMsgResp;
  };
  const si = (...pair: [string, string]): string => `si_${pair.sort().join('_')}`;
  const sorted = (userID: string, more: Body = {}): Promise<SortedList> =>
    im.done('/conversation/get_sorted_conversation_list', { userID, ...more }, as(userID));
  async function pulled(userID: string, conversationID: string, range: Body = {}, order = 0): Promise<MsgData[]> {
    const seqRanges = [{ conversationID, begin: 0, end: 1_000_000, num: 100, ...range }];
    const data = await im.done<{ msgs?: Record<string, { Msgs: MsgData[] | null }> }>(
      '/msg/pull_msg_by_seq',
      { userID, seqRanges, order },
      as(userID),
    );
    return data.msgs?.[conversationID]?.Msgs ?? [];
  }
  const contentOf = ({ content }: MsgData): Body => JSON.parse(Buffer.from(content, 'base64').toString()) as Body;
  const textsOf = async (userID: string, conversationID: string): Promise<unknown[]> =>
    (await pulled(userID, conversationID)).map((message) => (message.status === 1 ? contentOf(message)['text'] : null));
  const unreadOf = async (userID: string, conversationID: string): Promise<number | undefined> =>
    (await sorted(userID)).conversationElems?.find((elem) => elem.conversationID === conversationID)?.unreadCount;

  describe('send_msg', () => {
    it('is an app admin’s, in the name of a user; the answer has both ids, the time and the seq', async () => {
      const [ann, bob] = await people('ann', 'bob');
      const body = { sendID: ann, recvID: bob, ...text('hello'), sessionType: 1 };
      expect(await codeOf('/msg/send_msg', body, ann)).to.equal(1002);
      const first = await sent(toPeer(ann, bob));
      expect(Object.keys(first)).to.deep.equal(['serverMsgID', 'clientMsgID', 'sendTime', 'seq']);
      expect(first.seq).to.equal(1);
      expect(first.sendTime).to.be.within(Date.now() - 60_000, Date.now());
      expect((await sent(toPeer(bob, ann))).seq, 'one conversation for both').to.equal(2);
      const headers = { 'Idempotency-Key': `once-${ann}` };
      const repeats = [1, 2].map(() => im.call('/msg/send_msg', body, { ...as('imAdmin'), headers }));
      const [one, other] = await Promise.all(repeats);
      expect(one?.data).to.deep.equal(other?.data);
      expect(await pulled(ann, si(ann, bob))).to.have.length(3);
    });

    it('of a kind that is not sent like this, or that is not what its kind says, is 1001', async () => {
      const [ann, bob] = await people('ann', 'bob');
      for (const wrong of [
        { contentType: 107 },
        { contentType: 2101 },
        { contentType: 1400 },
        { contentType: '101' },
        { content: 'hello' },
        { content: {} },
        { content: { content: 7 } },
        { content: [] },
        { contentType: 102, content: { sourcePicture: {} } },
        { sessionType: 2 },
        { recvID: '' },
        { recvID: undefined },
        { recvID: ann },
        { isOnlineOnly: 'yes' },
      ]) {
        expect((await toPeer(ann, bob, 'x', wrong)).errCode, JSON.stringify(wrong)).to.equal(1001);
      }
      expect((await toPeer(ann, bob, 'x'.repeat(70_000))).errCode).to.equal(1001);
      expect((await toPeer('nobody', bob)).errCode, 'no such sender').to.equal(1101);
      for (const recvID of ['nobody', '张三']) {
        expect((await toPeer(ann, recvID)).errCode, recvID).to.equal(1004);
        expect((await toGroup(ann, recvID)).errCode, recvID).to.equal(1004);
      }
      expect(await pulled(ann, si(ann, bob))).to.deep.equal([]);
    });

    it('is refused as its sender is: blocked 1302, unwanted 1001; an app admin himself is not', async () => {
      const [ann, bob] = await people('ann', 'bob');
      await im.done('/friend/add_black', { ownerUserID: bob, blackUserID: ann }, as(bob));
      expect((await toPeer(ann, bob)).errCode).to.equal(1302);
      expect((await toPeer(bob, ann)).errCode, 'the other way').to.equal(0);
      expect((await toPeer('imAdmin', bob)).errCode).to.equal(0);
      await im.done('/friend/remove_black', { ownerUserID: bob, blackUserID: ann }, as(bob));
      expect((await toPeer(ann, bob)).errCode).to.equal(0);
      const conversation = { conversationID: si(ann, bob), conversationType: 1, userID: ann, recvMsgOpt: 1 };
      await im.done('/conversation/set_conversations', { userIDs: [bob], conversation }, as(bob));
      expect((await toPeer(ann, bob)).errCode).to.equal(1001);
      await im.done('/user/set_global_msg_recv_opt', { userID: ann, globalRecvMsgOpt: 1 }, as(ann));
      expect((await toPeer(bob, ann)).errCode).to.equal(1001);
    });

    it('to a group: 1203 no member, 1402 muted, 1403 all muted, 1204 dismissed; the owner is free', async () => {
      const [ann, bob, cas, eve] = await people('ann', 'bob', 'cas', 'eve');
      const groupID = await group(ann, [bob], [cas]);
      expect((await toGroup(eve, groupID)).errCode).to.equal(1203);
      expect((await toGroup(bob, groupID)).errCode).to.equal(0);
      await im.done('/group/mute_group_member', { groupID, userID: bob, mutedSeconds: 60 }, as(ann));
      await im.done('/group/mute_group_member', { groupID, userID: cas, mutedSeconds: 60 }, as(ann));
      expect((await toGroup(bob, groupID)).errCode).to.equal(1402);
      expect((await toGroup(cas, groupID)).errCode, 'admins too').to.equal(1402);
      for (const userID of [bob, cas]) await im.done('/group/cancel_mute_group_member', { groupID, userID }, as(ann));
      await im.done('/group/mute_group', { groupID }, as(ann));
      expect((await toGroup(bob, groupID)).errCode).to.equal(1403);
      expect((await toGroup(cas, groupID)).errCode, 'but not when all are').to.equal(0);
      expect((await toGroup(ann, groupID)).errCode).to.equal(0);
      expect((await toGroup('imAdmin', groupID)).errCode).to.equal(0);
      await im.done('/group/kick_group', { groupID, kickedUserIDs: [bob] }, as(ann));
      expect((await toGroup(bob, groupID)).errCode).to.equal(1203);
      await im.done('/group/dismiss_group', { groupID }, as(ann));
      for (const who of [ann, cas, bob, 'imAdmin']) expect((await toGroup(who, groupID)).errCode, who).to.equal(1204);
    });

    it('online only is not kept; a notification goes to whom the service writes', async () => {
      const [ann, bob] = await people('ann', 'bob');
      expect((await sent(toPeer(ann, bob, 'now', { isOnlineOnly: true }))).seq).to.equal(0);
      expect(await pulled(ann, si(ann, bob))).to.deep.equal([]);
      const notice = { sessionType: 4, contentType: 1400, content: { notificationName: 'News', text: 'at nine' } };
      expect((await toPeer('imAdmin', bob, '', notice)).errCode).to.equal(0);
      const list = await sorted(bob);
      const [elem] = list.conversationElems ?? [];
      expect(elem).to.include({ conversationID: `sn_${bob}`, unreadCount: 1 });
      expect(elem?.msgInfo).to.include({
        sessionType: 4,
        senderName: '',
        sendID: 'imAdmin',
        recvID: bob,
        contentType: 1400,
      });
      for (const id of [`sn_${bob}`, `sn_imAdmin_${bob}`]) expect(await pulled(bob, id), id).to.have.length(1);
    });

    it('batch_send_msg: one for each, and who can’t be written to is named', async () => {
      const [ann, bob, cas, eve] = await people('ann', 'bob', 'cas', 'eve');
      await im.done('/friend/add_black', { ownerUserID: cas, blackUserID: ann }, as(cas));
      const body = { sendID: ann, recvIDs: [bob, cas, 'nobody', eve], ...text('all of you'), sessionType: 1 };
      expect(await codeOf('/msg/batch_send_msg', body, ann)).to.equal(1002);
      const data = await im.done<{ results: (SendMsgResp & { recvID: string })[]; failedUserIDs: string[] }>(
        '/msg/batch_send_msg',
        body,
        as('imAdmin'),
      );
      expect(data.results.map(({ recvID, seq }) => [recvID, seq])).to.deep.equal([
        [bob, 1],
        [eve, 1],
      ]);
      expect(data.failedUserIDs).to.deep.equal([cas, 'nobody']);
      for (const [wrong, code] of [
        [{ recvIDs: [] }, 1001],
        [{ recvIDs: [bob, bob] }, 1001],
        [{ isSendAll: true }, 1001],
        [{ sessionType: 3 }, 1001],
        [{ content: {} }, 1001],
        // Whoever it goes to: such a message is nobody's fault but the sender's.
        [{ recvIDs: [cas], ex: 'x'.repeat(10_000) }, 1001],
        [{ sendID: 'nobody' }, 1101],
      ] as const) {
        expect(await codeOf('/msg/batch_send_msg', { ...body, ...wrong }, 'imAdmin'), JSON.stringify(wrong)).to.equal(
          code,
        );
      }
    });
  });

  describe('what one reads', () => {
    it('a message has all that its clients look at, a text under both of its names', async () => {
      const [ann, bob] = await people('ann', 'bob');
      const more = { senderPlatformID: 2, ex: 'e', offlinePushInfo: { title: 't' }, senderNickname: 'The app' };
      const { serverMsgID, clientMsgID, sendTime } = await sent(toPeer(ann, bob, 'hello', more));
      const [message] = await pulled(bob, si(ann, bob));
      expect(message && contentOf(message)).to.deep.equal({ content: 'hello', text: 'hello' });
      expect({ ...message, content: '' }).to.deep.equal({
        sendID: ann,
        recvID: bob,
        groupID: '',
        clientMsgID,
        serverMsgID,
        senderPlatformID: 2,
        senderNickname: 'The app',
        senderFaceURL: `https://x.example/${ann}`,
        sessionType: 1,
        msgFrom: 200,
        contentType: 101,
        content: '',
        seq: 1,
        sendTime,
        createTime: sendTime,
        status: 1,
        isRead: false,
        offlinePushInfo: { title: 't' },
        atUserIDList: null,
        attachedInfo: '',
        ex: 'e',
      });
      const picture = { contentType: 102, content: { sourcePicture: { url: 'https://x.example/p' }, odd: [1] } };
      await sent(toPeer(ann, bob, '', picture));
      const [, second] = await pulled(bob, si(ann, bob));
      expect(second && contentOf(second), 'its own family’s content as it came').to.deep.equal(picture.content);
    });

    it('pull_msg_by_seq: the last of a range, ascending; what is none of his is passed over', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      for (let n = 1; n <= 5; n++) await sent(toPeer(ann, bob, n.toString()));
      const id = si(ann, bob);
      const pull = (range: Body, order = 0): Promise<Body> =>
        im.done(
          '/msg/pull_msg_by_seq',
          { userID: ann, seqRanges: [{ conversationID: id, begin: 1, end: 5, num: 10, ...range }], order },
          as(ann),
        );
      const told = async (range: Body, order = 0): Promise<unknown> => {
        const page = ((await pull(range, order))['msgs'] as Record<string, { Msgs: MsgData[] | null; isEnd: boolean }>)[
          id
        ];
        return [page?.Msgs?.map(({ seq }) => seq) ?? null, page?.isEnd];
      };
      expect(await told({})).to.deep.equal([[1, 2, 3, 4, 5], true]);
      expect(await told({ begin: 2, end: 4, num: 2 })).to.deep.equal([[3, 4], false]);
      expect(await told({ begin: 2, end: 4, num: 2 }, 1)).to.deep.equal([[3, 4], false]);
      expect(await told({ begin: 0, end: 2 }, 1)).to.deep.equal([[1, 2], true]);
      expect(await told({ num: 0 })).to.deep.equal([null, true]);
      expect(await told({ begin: 7, end: 9 })).to.deep.equal([null, true]);
      const ids = ['ci_a_b', 'conv_x', 'si_x_y', `n_${ann}`, 'sg_nowhere', 'sg_张三', si(bob, eve)];
      const seqRanges = ids.map((conversationID) => ({ conversationID, begin: 1, end: 5, num: 10 }));
      expect(await im.done('/msg/pull_msg_by_seq', { userID: ann, seqRanges }, as(ann))).to.deep.equal({});
      expect(await codeOf('/msg/pull_msg_by_seq', { userID: ann, seqRanges }, bob)).to.equal(1002);
      for (const wrong of [{ begin: -1 }, { end: 'x' }, { num: 1.5 }, { conversationID: '' }]) {
        const body = { userID: ann, seqRanges: [{ ...seqRanges[0], ...wrong }] };
        expect(await codeOf('/msg/pull_msg_by_seq', body, ann), JSON.stringify(wrong)).to.equal(1001);
      }
      const unsorted = `si_${bob}_${ann}`;
      expect(
        (await pulled(ann, unsorted)).map(({ seq }) => seq),
        'in any order',
      ).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('the sorted list: pinned first, then newest, the other one’s name, unread and both totals', async () => {
      const [ann, bob, cas] = await people('ann', 'bob', 'cas');
      expect(await sorted(ann), 'a newcomer’s').to.deep.equal({
        conversationTotal: 0,
        unreadTotal: 0,
        conversationElems: null,
      });
      const groupID = await group(ann, [bob, cas]);
      await sent(toPeer(bob, ann));
      const last = await sent(toPeer(ann, cas, 'bye'));
      await sent(toGroup(bob, groupID, 'all'));
      await sent(toGroup(cas, groupID, 'here'));
      const list = await sorted(ann);
      expect([list.conversationTotal, list.unreadTotal]).to.deep.equal([3, 3]);
      expect(list.conversationElems?.map((elem) => [elem.conversationID, elem.unreadCount])).to.deep.equal([
        [`sg_${groupID}`, 2],
        [si(ann, cas), 0],
        [si(ann, bob), 1],
      ]);
      const [ofGroup, toCas] = list.conversationElems ?? [];
      expect(ofGroup?.msgInfo).to.include({
        sessionType: 3,
        sendID: cas,
        recvID: '',
        senderName: `Nick ${cas}`,
        faceURL: '',
        groupID,
        groupName: 'Study Group',
        groupFaceURL: 'https://x.example/g',
        groupType: 2,
        groupMemberCount: 3,
        content: '{"content":"here","text":"here"}',
      });
      expect(toCas).to.deep.equal({
        conversationID: si(ann, cas),
        recvMsgOpt: 0,
        unreadCount: 0,
        IsPinned: false,
        msgInfo: {
          serverMsgID: last.serverMsgID,
          clientMsgID: last.clientMsgID,
          sessionType: 1,
          sendID: ann,
          recvID: cas,
          senderName: `Nick ${cas}`,
          faceURL: `https://x.example/${cas}`,
          groupID: '',
          groupName: '',
          groupFaceURL: '',
          groupType: 0,
          groupMemberCount: 0,
          LatestMsgRecvTime: last.sendTime,
          msgFrom: 200,
          contentType: 101,
          content: '{"content":"bye","text":"bye"}',
          ex: '',
        },
      });
      const conversation = { conversationID: si(ann, bob), conversationType: 1, userID: bob, isPinned: true };
      await im.done('/conversation/set_conversations', { userIDs: [ann], conversation }, as(ann));
      const ids = async (more: Body = {}): Promise<string[] | undefined> =>
        (await sorted(ann, more)).conversationElems?.map(({ conversationID }) => conversationID);
      expect(await ids()).to.deep.equal([si(ann, bob), `sg_${groupID}`, si(ann, cas)]);
      expect(await ids({ pagination: { pageNumber: 2, showNumber: 2 } })).to.deep.equal([si(ann, cas)]);
      expect(await ids({ pagination: { pageNumber: 3, showNumber: 2 } })).to.equal(undefined);
      const some = { conversationIDs: [si(ann, cas), 'conv_x', 'si_x_y', `si_${bob}_${ann}`] };
      expect(await ids(some)).to.deep.equal([si(ann, bob), si(ann, cas)]);
      expect((await sorted(ann, some)).unreadTotal).to.equal(1);
      expect(await ids({ conversationIDs: ['conv_x'] }), 'nothing of his, not everything').to.equal(undefined);
      expect(await codeOf('/conversation/get_sorted_conversation_list', { userID: ann }, bob)).to.equal(1002);
      expect(await codeOf('/conversation/get_sorted_conversation_list', { userID: ann }, 'imAdmin')).to.equal(0);
    });

    it('a group without messages stands in the list, filled', async () => {
      const [ann, bob] = await people('ann', 'bob');
      const groupID = await group(ann, [bob]);
      const list = await sorted(ann);
      const elem = list.conversationElems?.find(({ conversationID }) => conversationID === `sg_${groupID}`);
      expect(elem?.msgInfo).to.include({
        sessionType: 3,
        groupID,
        groupName: 'Study Group',
        contentType: 0,
        content: '',
      });
      expect(elem?.msgInfo.LatestMsgRecvTime).to.be.above(0);
      expect(list.conversationTotal, 'but isn’t one with messages').to.equal(0);
    });

    it('groupAtType says whether what is unread means oneself, all, or both, until it is read', async () => {
      const [ann, bob] = await people('ann', 'bob');
      const groupID = await group(ann, [bob]);
      const conversationID = `sg_${groupID}`;
      const atType = async (who: string): Promise<number | undefined> => {
        const body = { ownerUserID: who, conversationIDs: [conversationID] };
        const { conversations } = await im.done<{ conversations: ConversationInfo[] }>(
          '/conversation/get_conversations',
          body,
          as(who),
        );
        return conversations[0]?.groupAtType;
      };
      const at = async (...atUserList: string[]): Promise<SendMsgResp> =>
        sent(toGroup(ann, groupID, '', { contentType: 106, content: { text: '@', atUserList, isAtSelf: false } }));
      const read = (hasReadSeq: number): Promise<number> =>
        codeOf('/msg/mark_conversation_as_read', { conversationID, hasReadSeq, userID: bob }, bob);
      await sent(toGroup(ann, groupID));
      expect(await atType(bob)).to.equal(0);
      const first = await at(bob);
      expect(await atType(bob), 'him').to.equal(1);
      const second = await at('AtAllTag');
      expect(await atType(bob), 'both').to.equal(3);
      expect(await atType(ann), 'one’s own means nobody').to.equal(0);
      expect(await read(first.seq)).to.equal(0);
      expect(await atType(bob), 'all').to.equal(2);
      expect(await read(second.seq)).to.equal(0);
      expect(await atType(bob)).to.equal(0);
      const third = await at(bob);
      await im.done('/msg/revoke_msg', { conversationID, seq: third.seq, userID: ann }, as(ann));
      expect(await atType(bob), 'taken back').to.equal(0);
    });

    it('settings of a conversation: set by oneself, shown in every list', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const groupID = await group(ann, [bob]);
      await sent(toGroup(ann, groupID));
      const conversationID = `sg_${groupID}`;
      const set = (more: Body, who = bob, userIDs = [bob]): Promise<number> =>
        codeOf(
          '/conversation/set_conversations',
          { userIDs, conversation: { conversationID, conversationType: 3, groupID, ...more } },
          who,
        );
      expect(await set({ recvMsgOpt: 2, isPinned: true, ex: 'e', burnDuration: 30, isPrivateChat: true })).to.equal(0);
      const shown = async (): Promise<ConversationInfo> =>
        (
          await im.done<{ conversation: ConversationInfo }>(
            '/conversation/get_conversation',
            { ownerUserID: bob, conversationID },
            as(bob),
          )
        ).conversation;
      const first = {
        ownerUserID: bob,
        conversationID,
        recvMsgOpt: 2,
        conversationType: 3,
        userID: '',
        groupID,
        isPinned: true,
        attachedInfo: '',
        isPrivateChat: true,
        groupAtType: 0,
        ex: 'e',
        burnDuration: 30,
        minSeq: 0,
        maxSeq: 0,
        msgDestructTime: 0,
        latestMsgDestructTime: 0,
        isMsgDestruct: false,
      };
      expect(await shown()).to.deep.equal(first);
      expect(await set({ ex: { value: '' }, isMsgDestruct: true, msgDestructTime: 60, recvMsgOpt: 0 })).to.equal(0);
      const second = { ...first, recvMsgOpt: 0, ex: '', isMsgDestruct: true, msgDestructTime: 60 };
      expect(await shown()).to.deep.equal(second);
      expect(await set({})).to.equal(0);
      const ids = (which: string, who: string): Promise<Body> =>
        im.done(`/conversation/get_${which}_conversation_ids`, { userID: bob }, as(who));
      expect(await ids('not_notify', bob)).to.deep.equal({ conversationIDs: null });
      await set({ recvMsgOpt: 2 });
      expect(await ids('not_notify', bob)).to.deep.equal({ conversationIDs: [conversationID] });
      expect(await ids('pinned', bob)).to.deep.equal({ conversationIDs: [conversationID] });
      for (const which of ['not_notify', 'pinned']) {
        expect(await codeOf(`/conversation/get_${which}_conversation_ids`, { userID: bob }, eve)).to.equal(1002);
      }
      expect(await set({ isPinned: false }, bob, [bob, ann])).to.equal(1002);
      expect(await set({ isPinned: false }, 'imAdmin', [bob, ann])).to.equal(0);
      expect(await set({}, eve, [eve]), 'no member').to.equal(1002);
      for (const [wrong, code] of [
        [{ conversationType: 1 }, 1001],
        [{ conversationType: 2 }, 1001],
        [{ groupID: 'another' }, 1001],
        [{ conversationID: 'conv_x' }, 1001],
        [{ conversationID: 'sg_nowhere', groupID: 'nowhere' }, 1004],
        [{ recvMsgOpt: 3 }, 1001],
        [{ isPinned: 'yes' }, 1001],
        [{ ex: 'x'.repeat(10_000) }, 1001],
      ] as const) {
        expect(await set(wrong), JSON.stringify(wrong).slice(0, 50)).to.equal(code);
      }
      const asked = { ownerUserID: bob, conversationIDs: [conversationID, 'conv_x', 'sg_nowhere'] };
      const some = await im.done<{ conversations: ConversationInfo[] }>(
        '/conversation/get_conversations',
        asked,
        as(bob),
      );
      expect(some.conversations.map((one) => one.conversationID)).to.deep.equal([conversationID]);
      const pagination = { pageNumber: 1, showNumber: 1 };
      const owner = await im.done<Body>('/conversation/get_owner_conversation', { userID: bob, pagination }, as(bob));
      expect(owner['total']).to.equal(1);
      const all = await im.done<Body>('/conversation/get_all_conversations', { ownerUserID: bob }, as(bob));
      expect(all['conversations']).to.deep.equal(owner['conversations']);
      for (const [path, body] of [
        ['get_conversations', asked],
        ['get_conversation', { ownerUserID: bob, conversationID }],
        ['get_owner_conversation', { userID: bob, pagination }],
        ['get_all_conversations', { ownerUserID: bob }],
        ['get_full_conversation_ids', { userID: bob }],
      ] as const) {
        expect(await codeOf(`/conversation/${path}`, body, eve), path).to.equal(1002);
      }
      for (const [id, code] of [
        ['conv_x', 1001],
        ['si_x_y', 1002],
        [si(bob, eve), 1004],
        ['sg_nowhere', 1004],
        [`n_${bob}`, 1004],
      ] as const) {
        const body = { ownerUserID: bob, conversationID: id };
        expect(await codeOf('/conversation/get_conversation', body, bob), id).to.equal(code);
      }
      const full = await im.done<Body>('/conversation/get_full_conversation_ids', { userID: bob, idHash: 0 }, as(bob));
      expect(full).to.deep.include({ equal: false, conversationIDs: [conversationID] });
      expect(
        await im.done<Body>(
          '/conversation/get_full_conversation_ids',
          { userID: bob, idHash: full['version'] },
          as(bob),
        ),
      ).to.deep.include({ equal: true, conversationIDs: null });
    });

    it('seqs, read positions and the server’s time', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const id = si(ann, bob);
      for (let n = 1; n <= 3; n++) await sent(toPeer(ann, bob));
      const newest = await im.done('/msg/newest_seq', { userID: bob }, as(bob));
      expect(newest).to.deep.equal({ maxSeqs: { [id]: 3 }, minSeqs: { [id]: 1 } });
      expect(await im.done('/msg/newest_seq', { userID: eve }, as(eve)), 'empty maps are left out').to.deep.equal({});
      const read = (body: Body, who = bob): Promise<Body> =>
        im.done('/msg/get_conversations_has_read_and_max_seq', { userID: who, ...body }, as(who));
      const unsorted = `si_${bob}_${ann}`;
      const all = await read({});
      const maxSeqTime = (all['seqs'] as Record<string, { maxSeqTime: number }>)[id]?.maxSeqTime ?? 0;
      expect(maxSeqTime).to.be.above(0);
      const position = { maxSeq: 3, hasReadSeq: 0, maxSeqTime };
      expect(all).to.deep.equal({ seqs: { [id]: position }, pinnedConversationIDs: null });
      expect(await read({ conversationIDs: [unsorted, 'conv_x', 'si_x_y'] })).to.deep.equal({
        seqs: { [unsorted]: position },
        pinnedConversationIDs: null,
      });
      expect(await read({ conversationIDs: ['conv_x'] })).to.deep.equal({ pinnedConversationIDs: null });
      expect((await read({}, ann))['seqs'], 'what he wrote he has read').to.deep.equal({
        [id]: { ...position, hasReadSeq: 3 },
      });
      const conversation = { conversationID: id, conversationType: 1, userID: ann, isPinned: true };
      await im.done('/conversation/set_conversations', { userIDs: [bob], conversation }, as(bob));
      expect(await read({ returnPinned: true })).to.deep.include({ pinnedConversationIDs: [id] });
      for (const path of ['newest_seq', 'get_conversations_has_read_and_max_seq']) {
        expect(await codeOf(`/msg/${path}`, { userID: bob }, eve), path).to.equal(1002);
      }
      const { serverTime } = await im.done<{ serverTime: number }>('/msg/get_server_time', {}, as(eve));
      expect(serverTime).to.be.within(Date.now() - 60_000, Date.now());
    });
  });

  it('search_msg: an app admin finds by sender, receiver, kind and day', async () => {
    const [ann, bob, cas] = await people('ann', 'bob', 'cas');
    const groupID = await group(ann, [bob]);
    await sent(toPeer(ann, bob, 'one'));
    await sent(toPeer(bob, ann, 'two'));
    await sent(toPeer(ann, cas, 'three'));
    await sent(toGroup(ann, groupID, 'four'));
    await im.done('/msg/revoke_msg', { conversationID: si(ann, cas), seq: 1, userID: ann }, as(ann));
    const search = (body: Body, who = 'imAdmin'): Promise<OpenimAnswer> =>
      call('/msg/search_msg', { pagination: { pageNumber: 1, showNumber: 10 }, ...body }, who);
    const found = async (body: Body): Promise<unknown> => {
      const { data } = await search(body);
      const logs = (data?.['chatLogs'] as { chatLog: MsgData; isRevoked: boolean }[] | null) ?? [];
      const told = logs.map(({ chatLog, isRevoked }) =>
        isRevoked ? 'revoked' : (JSON.parse(chatLog.content) as Body)['text'],
      );
      return [data?.['chatLogsNum'], ...told];
    };
    const today = new Date().toISOString();
    expect(await found({ sendID: ann, recvID: bob, sessionType: 1 })).to.deep.equal([1, 'one']);
    expect(await found({ sendID: ann, recvID: groupID, sessionType: 3 })).to.deep.equal([1, 'four']);
    expect(await found({ recvID: groupID })).to.deep.equal([1, 'four']);
    expect(await found({ sendID: ann, sessionType: 3 })).to.deep.equal([1, 'four']);
    expect(await found({ sendID: ann, sessionType: 1 })).to.deep.equal([2, 'revoked', 'one']);
    expect(await found({ sendID: ann, sessionType: 4 })).to.deep.equal([0]);
    expect(await found({ sendID: bob })).to.deep.equal([1, 'two']);
    expect(await found({ sendID: ann, contentType: 101 })).to.deep.equal([2, 'four', 'one']);
    expect(await found({ sendID: ann, sendTime: today.slice(0, 10) })).to.deep.equal([3, 'four', 'revoked', 'one']);
    expect(await found({ sendID: ann, sendTime: '2001-01-01' })).to.deep.equal([0]);
    expect(await found({ sendID: ann, contentType: 102 })).to.deep.equal([0]);
    for (const id of ['nobody', '张三']) expect(await found({ sendID: id, recvID: id }), id).to.deep.equal([0]);
    const { data } = await search({ recvID: groupID });
    const [log] = data?.['chatLogs'] as { chatLog: Body }[];
    expect(log?.chatLog).to.include({ groupID, groupName: 'Study Group', groupMemberCount: 2, groupOwner: ann });
    expect((await search({ sendTime: '2001-13-40' })).errCode).to.equal(1001);
    expect((await search({}, ann)).errCode).to.equal(1002);
  });

  describe('marking as read', () => {
    it('mark_msgs_as_read goes by the last seq and not beyond the newest; never back', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      for (let n = 1; n <= 4; n++) await sent(toPeer(ann, bob));
      const id = si(ann, bob);
      const mark = (seqs: unknown, more: Body = {}, who = bob): Promise<number> =>
        codeOf('/msg/mark_msgs_as_read', { conversationID: id, userID: bob, seqs, ...more }, who);
      expect(await unreadOf(bob, id)).to.equal(4);
      expect(await mark([1, 3])).to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(1);
      expect(await mark([4, 2]), 'the last counts').to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(1);
      expect(await mark([5])).to.equal(1001);
      for (const wrong of [[], [0], null, 'x', [1.5], [-1]])
        expect(await mark(wrong), JSON.stringify(wrong)).to.equal(1001);
      expect(await mark([4], {}, ann)).to.equal(1002);
      expect(await mark([4], { conversationID: 'conv_x' })).to.equal(1001);
      expect(await mark([4], { conversationID: si(ann, eve) }), 'somebody else’s').to.equal(1002);
      expect(await mark([4], { conversationID: `si_${bob}_${ann}` }), 'in another order').to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(0);
      expect(await mark([1], {}, 'imAdmin')).to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(0);
    });

    it('mark_conversation_as_read clamps; hasReadSeq may be absent where seqs are given', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const groupID = await group(ann, [bob]);
      for (let n = 1; n <= 3; n++) await sent(toGroup(ann, groupID));
      const id = `sg_${groupID}`;
      const mark = (more: Body, who = bob): Promise<number> =>
        codeOf('/msg/mark_conversation_as_read', { conversationID: id, userID: who, ...more }, who);
      expect(await mark({ seqs: [1] })).to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(2);
      expect(await mark({ hasReadSeq: 2, seqs: [] })).to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(1);
      expect(await mark({ hasReadSeq: 99 })).to.equal(0);
      expect(await unreadOf(bob, id)).to.equal(0);
      await sent(toGroup(ann, groupID));
      expect(await unreadOf(bob, id), 'not beyond what there was').to.equal(1);
      for (const wrong of [{}, { hasReadSeq: 0 }, { seqs: [] }, { hasReadSeq: -1 }, { seqs: [0] }]) {
        expect(await mark(wrong), JSON.stringify(wrong)).to.equal(1001);
      }
      expect(await mark({ hasReadSeq: 1 }, eve), 'no member').to.equal(1002);
      expect(await mark({ hasReadSeq: 1, conversationID: 'sg_nowhere' })).to.equal(1004);
    });
  });

  describe('revoking', () => {
    it('in a single chat one’s own; the seq stays and says who took it back', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const id = si(ann, bob);
      await sent(toPeer(ann, bob, 'oops'));
      const revoke = (more: Body, who: string): Promise<number> =>
        codeOf('/msg/revoke_msg', { conversationID: id, seq: 1, userID: who, ...more }, who);
      expect(await revoke({}, bob)).to.equal(1002);
      expect(await revoke({}, eve)).to.equal(1002);
      expect(await revoke({ userID: ann }, bob)).to.equal(1002);
      expect(await revoke({ seq: 2 }, ann)).to.equal(1004);
      for (const seq of [0, -1, '1', 1.5, undefined]) expect(await revoke({ seq }, ann), String(seq)).to.equal(1001);
      expect(await revoke({ conversationID: 'conv_x' }, ann)).to.equal(1001);
      expect(await revoke({}, ann)).to.equal(0);
      expect(await revoke({}, ann)).to.equal(1404);
      const [message] = await pulled(bob, id);
      expect(message).to.include({ seq: 1, contentType: 2101, sendID: ann });
      const { detail, text: line } = (message && contentOf(message)) ?? {};
      expect(line).to.equal(`Nick ${ann} recalled a message`);
      expect(JSON.parse(String(detail))).to.deep.include({
        revokerID: ann,
        revokerRole: 20,
        revokerNickname: `Nick ${ann}`,
        clientMsgID: message?.clientMsgID,
        sourceMessageSendID: ann,
        sourceMessageSendTime: message?.sendTime,
        sessionType: 1,
        seq: 1,
      });
      expect(JSON.stringify(await sorted(bob)), 'nowhere any more').to.not.contain('oops');
      expect(await unreadOf(bob, id), 'and still counted').to.equal(1);
    });

    it('in a group: own, owner any, admin an ordinary member’s; an app admin anybody’s', async () => {
      const [ann, bob, cas, dan] = await people('ann', 'bob', 'cas', 'dan');
      const groupID = await group(ann, [cas, dan], [bob]);
      const conversationID = `sg_${groupID}`;
      for (const who of [ann, bob, cas, dan, cas]) await sent(toGroup(who, groupID));
      const revoke = (seq: number, userID: string, by = userID): Promise<number> =>
        codeOf('/msg/revoke_msg', { conversationID, seq, userID }, by);
      for (const [seq, userID, code] of [
        [1, bob, 1002],
        [1, cas, 1002],
        [4, cas, 1002],
        [3, cas, 0],
        [4, bob, 0],
        [2, ann, 0],
        [2, ann, 1404],
      ] as const) {
        expect(await revoke(seq, userID), `${userID} ${seq.toString()}`).to.equal(code);
      }
      expect(await revoke(1, ann, 'imAdmin')).to.equal(0);
      await im.done('/group/kick_group', { groupID, kickedUserIDs: [cas] }, as(ann));
      expect(await revoke(5, bob), 'who has left counts as a member').to.equal(0);
      const [eve] = await people('eve');
      expect(await revoke(5, eve)).to.equal(1002);
      expect(await codeOf('/msg/revoke_msg', { conversationID: 'sg_nowhere', seq: 1, userID: ann }, ann)).to.equal(
        1004,
      );
      await im.done('/group/dismiss_group', { groupID }, as(ann));
      expect(await revoke(5, ann)).to.equal(1204);
    });
  });

  describe('deleting and clearing', () => {
    it('delete_msgs hides from oneself, or takes away from everybody', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const id = si(ann, bob);
      for (const word of ['one', 'two', 'three']) await sent(toPeer(ann, bob, word));
      const remove = (seqs: unknown, more: Body = {}, who = bob): Promise<number> =>
        codeOf('/msg/delete_msgs', { conversationID: id, seqs, userID: who, ...more }, who);
      expect(await remove([1])).to.equal(0);
      expect(await textsOf(bob, id)).to.deep.equal([null, 'two', 'three']);
      expect((await pulled(bob, id))[0]).to.include({ seq: 1, status: 4, content: '', sendID: '' });
      expect(await textsOf(ann, id)).to.deep.equal(['one', 'two', 'three']);
      expect(await remove([2, 2], { deleteSyncOpt: { isSyncSelf: true, isSyncOther: true } })).to.equal(0);
      expect(await textsOf(ann, id)).to.deep.equal(['one', null, 'three']);
      expect(await remove([9])).to.equal(1004);
      for (const wrong of [[], [0], null, ['1']]) expect(await remove(wrong), JSON.stringify(wrong)).to.equal(1001);
      expect(await remove([1], { deleteSyncOpt: { isSyncOther: 'yes' } })).to.equal(1001);
      expect(await remove([1], {}, eve)).to.equal(1002);
      expect(await remove([1], { userID: ann })).to.equal(1002);
      const groupID = await group(ann, [bob]);
      const ofGroup = { conversationID: `sg_${groupID}`, deleteSyncOpt: { isSyncOther: true } };
      await sent(toGroup(ann, groupID));
      expect(await remove([1], ofGroup), 'the owner’s').to.equal(1002);
      expect(await remove([1], { ...ofGroup, deleteSyncOpt: {} })).to.equal(0);
      expect(await remove([1], ofGroup, ann)).to.equal(0);
    });

    it('clear_conversation_msg hides what was said so far, for oneself or everybody', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const id = si(ann, bob);
      const clear = (more: Body = {}, who = bob): Promise<number> =>
        codeOf('/msg/clear_conversation_msg', { conversationIDs: [id], userID: who, ...more }, who);
      await sent(toPeer(ann, bob, 'one'));
      expect(await clear()).to.equal(0);
      expect(await textsOf(bob, id)).to.deep.equal([]);
      expect(await unreadOf(bob, id)).to.equal(0);
      expect(await textsOf(ann, id)).to.deep.equal(['one']);
      await sent(toPeer(ann, bob, 'two'));
      expect(await textsOf(bob, id)).to.deep.equal(['two']);
      expect(await clear({ deleteSyncOpt: { isSyncOther: true } })).to.equal(0);
      expect(await textsOf(ann, id)).to.deep.equal([]);
      const groupID = await group(ann, [bob]);
      await sent(toGroup(ann, groupID, 'all'));
      const everybodys = { conversationIDs: [`sg_${groupID}`], deleteSyncOpt: { isSyncOther: true } };
      expect(await clear(everybodys), 'managers only').to.equal(1002);
      expect(await textsOf(bob, `sg_${groupID}`)).to.deep.equal(['all']);
      expect(await clear(everybodys, ann)).to.equal(0);
      expect(await textsOf(bob, `sg_${groupID}`)).to.deep.equal([]);
      for (const [wrong, code] of [
        [{ conversationIDs: [] }, 1001],
        [{ conversationIDs: [id, 'conv_x'] }, 1001],
        [{ conversationIDs: ['si_x_y'] }, 1002],
        [{ conversationIDs: ['sg_nowhere'] }, 1004],
        [{ userID: eve }, 1002],
      ] as const) {
        expect(await clear(wrong), JSON.stringify(wrong)).to.equal(code);
      }
      expect(await clear({}, eve)).to.equal(1002);
    });

    it('clear_conversation_msg of which one is refused has cleared none', async () => {
      const [ann, bob, eve] = await people('ann', 'bob', 'eve');
      const ids = [si(ann, bob), `sg_${await group(eve, [ann])}`] as const;
      const clear = (conversationIDs: readonly string[], deleteSyncOpt: Body = {}): Promise<number> =>
        codeOf('/msg/clear_conversation_msg', { conversationIDs, userID: ann, deleteSyncOpt }, ann);
      await sent(toPeer(ann, bob, 'kept'));
      expect(await clear(ids, { isSyncOther: true }), 'a member').to.equal(1002);
      expect(await clear([ids[0], 'sg_nowhere'])).to.equal(1004);
      expect(await clear([ids[0], `sg_${await group(eve, [])}`]), 'an outsider').to.be.greaterThan(0);
      for (const who of [ann, bob]) expect(await textsOf(who, ids[0]), who).to.deep.equal(['kept']);
      expect(await clear(ids)).to.equal(0);
      expect(await textsOf(ann, ids[0])).to.deep.equal([]);
    });

    it('user_clear_all_msg clears all of one’s conversations', async () => {
      const [ann, bob, cas] = await people('ann', 'bob', 'cas');
      const groupID = await group(ann, [bob, cas]);
      await sent(toPeer(ann, bob, 'one'));
      await sent(toPeer(bob, cas, 'two'));
      await sent(toGroup(ann, groupID, 'three'));
      expect(await codeOf('/msg/user_clear_all_msg', { userID: bob }, ann)).to.equal(1002);
      await im.done('/msg/user_clear_all_msg', { userID: bob }, as(bob));
      const ids = [si(ann, bob), si(bob, cas), `sg_${groupID}`] as const;
      for (const id of ids) expect(await textsOf(bob, id), id).to.deep.equal([]);
      expect(await textsOf(ann, ids[0])).to.deep.equal(['one']);
      await sent(toPeer(cas, bob, 'four'));
      await im.done('/msg/user_clear_all_msg', { userID: bob, deleteSyncOpt: { isSyncOther: true } }, as(bob));
      expect(await textsOf(cas, ids[1])).to.deep.equal([]);
      expect(await textsOf(cas, ids[2]), 'not his to clear').to.deep.equal(['three']);
    });
  });

  it('who left sees what was said till then; who comes again sees all', async () => {
    const [ann, bob] = await people('ann', 'bob');
    const groupID = await group(ann, [bob]);
    const id = `sg_${groupID}`;
    await sent(toGroup(ann, groupID, 'before'));
    await im.done('/group/quit_group', { groupID }, as(bob));
    await sent(toGroup(ann, groupID, 'without him'));
    expect(await textsOf(bob, id)).to.deep.equal(['before']);
    await im.done('/group/invite_user_to_group', { groupID, invitedUserIDs: [bob] }, as(ann));
    expect(await textsOf(bob, id)).to.deep.equal(['before', 'without him']);
  });
});
