import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { TencentClient, tencentApps, unmodifiedClient } from '../support/tencent-client.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';
const PEOPLE = ['ann', 'bob', 'cyd', 'dan', 'root'] as const;
type Who = (typeof PEOPLE)[number];

/** Of a history; of the names in an answer, those that are told. */
interface Shown {
  readonly From_Account: string;
  readonly IsPlaceMsg: 0 | 1;
  readonly MsgBody: { readonly MsgType: string; readonly MsgContent: Record<string, unknown> }[];
  readonly MsgPriority: number;
  readonly MsgRandom: number;
  readonly MsgSeq: number;
  readonly MsgTimeStamp: number;
  readonly CloudCustomData?: string;
}
interface History {
  readonly GroupId: string;
  readonly IsFinished: number;
  readonly RspMsgList: Shown[];
}
interface Sent {
  readonly MsgTime: number;
  readonly MsgSeq: number;
}
interface V1Message {
  readonly seq: number;
  readonly from: string;
  readonly senderId: string;
  readonly status: string;
  readonly content: Record<string, unknown> | null;
  readonly original: { readonly format: string; readonly type: string; readonly body: string } | null;
  readonly custom: string | null;
  readonly mentions: string[];
  readonly mentionsAll: boolean;
  readonly priority: string | null;
  readonly countsUnread: boolean;
  readonly updatesLast: boolean;
}

/** Of another family, as anybody can write it: no MsgBody. */
const FORGED = JSON.stringify({ format: 'tencent', type: 'TIMTextElem[]', body: '{"x":1}' });

const text = (Text: string): object => ({ MsgType: 'TIMTextElem', MsgContent: { Text } });

describe('001: what is said in groups', () => {
  let parley: RunningParley;
  let im: TencentClient;
  let v1: V1Client;
  let tokens: Readonly<Record<Who, string>>;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley(({ otherTenant }) => ({
      PARLEY_APP_ADMINS: 'root',
      OPENIM_SECRET: SECRET,
      TENCENT_APPS: tencentApps(otherTenant),
    }));
    im = new TencentClient(parley.url);
    v1 = new V1Client(parley.url);
    const people = await Promise.all(PEOPLE.map((who) => v1.person(who)));
    tokens = Object.fromEntries(people.map(({ userId, token }) => [userId, token])) as Record<Who, string>;
  });
  after(() => parley.stop());

  const made = async (body: object = {}): Promise<string> => {
    const MemberList = ['bob', 'cyd'].map((Member_Account) => ({ Member_Account }));
    const group = { Type: 'Public', Name: 'Study', Owner_Account: 'ann', MemberList, ...body };
    return (await im.done<{ GroupId: string }>('create_group', group)).GroupId;
  };
  let random = 0;
  const message = (GroupId: string, more: object = {}): object => ({
    GroupId,
    From_Account: 'bob',
    Random: ++random,
    MsgBody: [text('hello')],
    ...more,
  });
  const send = (GroupId: string, more: object = {}): Promise<Sent> =>
    im.done<Sent>('send_group_msg', message(GroupId, more));
  const history = (GroupId: string, ReqMsgNumber = 20, ReqMsgSeq?: number): Promise<History> =>
    im.done<History>('group_msg_get_simple', {
      GroupId,
      ReqMsgNumber,
      ...(ReqMsgSeq !== undefined && { ReqMsgSeq }),
    });
  const shownAt = async (GroupId: string, seq: number): Promise<Shown> =>
    (await history(GroupId, 1, seq)).RspMsgList[0] as Shown;
  /** The lists show it: a look waits for what its own caller wrote, but not for long. */
  const isShown = (GroupId: string, { MsgSeq }: Pick<Sent, 'MsgSeq'>): Promise<void> =>
    eventually(async () => (await history(GroupId, 1, MsgSeq)).RspMsgList[0]?.MsgSeq === MsgSeq);
  const isPlace = (GroupId: string, { MsgSeq }: Pick<Sent, 'MsgSeq'>): Promise<void> =>
    eventually(async () => (await history(GroupId, 1, MsgSeq)).RspMsgList[0]?.IsPlaceMsg === 1);
  const v1Messages = async (conversation: string, who: Who = 'ann'): Promise<V1Message[]> => {
    const path = `/conversations/${conversation}/messages?limit=100`;
    return (await v1.call<{ items: V1Message[] }>('GET', path, { token: tokens[who] })).body.items;
  };
  const v1Seen = async (GroupId: string, seq: number, who: Who = 'ann'): Promise<V1Message> => {
    let found: V1Message | undefined;
    await eventually(async () => {
      found = (await v1Messages(`group:${GroupId}`, who)).find((one) => one.seq === seq);
      return found !== undefined;
    });
    return found as V1Message;
  };

  it('an ordinary message is kept as it came, with all that is said beside it', async () => {
    const GroupId = await made();
    const body = `[ {"MsgType":"TIMTextElem", "MsgContent":{"Text":"h\\u00e9llo \\/ ü \\u0000\\ud800", "2":1.50, "1":12345678901234567890}},
        {"MsgType":"TIMFaceElem","MsgContent":{"Index":6,"Data":"abc\\\\\\"]"}} ]`;
    const sent = JSON.parse(body) as object[];
    const OfflinePushInfo = {
      PushFlag: 0,
      Title: 'T',
      Desc: 'D',
      Ext: '{"a":1}',
      AndroidInfo: { Sound: 'android.mp3', HuaWeiChannelID: 'c' },
      ApnsInfo: { BadgeMode: 1, Title: 'apns', SubTitle: 's', Image: 'www.image.com', MutableContent: 1 },
    };
    const push = JSON.stringify(OfflinePushInfo).replace('"Sound"', '"n":12345678901234567890, "r":1.50,"Sound"');
    const request = JSON.stringify({
      ...message(GroupId, {
        Random: 4_294_967_295,
        MsgPriority: 'High',
        MsgOnlineOnlyFlag: 0,
        SendMsgControl: ['NoUnread', 'NoLastMsg'],
        ForbidCallbackControl: ['ForbidBeforeSendMsgCallback', 'ForbidAfterSendMsgCallback'],
        OfflinePushInfo,
        CloudCustomData: 'your cloud custom data',
        GroupAtInfo: [{ GroupAtAllFlag: 1 }, { GroupAtAllFlag: 0, GroupAt_Account: 'cyd' }],
      }),
      MsgBody: 'HERE',
    })
      .replace(JSON.stringify(OfflinePushInfo), push)
      .replace('"HERE"', `[{"MsgType":"TIMFaceElem","MsgContent":{}}] , "MsgBody" : ${body}`);
    const answer = await im.call<Sent>('send_group_msg', request);
    expect(answer).to.include({ ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '' });
    expect(answer.MsgTime).to.be.closeTo(Date.now() / 1_000, 60);
    const { MsgSeq } = answer;

    await isShown(GroupId, answer);
    const { text: raw } = await im.send('group_msg_get_simple', { GroupId, ReqMsgSeq: MsgSeq, ReqMsgNumber: 1 });
    expect(raw, 'byte for byte').to.contain(`"MsgBody":${body},"MsgPriority":1,"MsgRandom":4294967295`);
    expect(await shownAt(GroupId, MsgSeq)).to.deep.equal({
      From_Account: 'bob',
      IsPlaceMsg: 0,
      MsgBody: sent,
      MsgPriority: 1,
      MsgRandom: 4_294_967_295,
      MsgSeq,
      MsgTimeStamp: answer.MsgTime,
      CloudCustomData: 'your cloud custom data',
    });
    const seen = await v1Seen(GroupId, MsgSeq);
    expect(seen).to.deep.include({
      from: 'user',
      senderId: 'bob',
      original: { format: 'tencent', type: 'TIMTextElem[]', body },
      mentions: ['cyd'],
      mentionsAll: true,
      priority: 'high',
      countsUnread: false,
      updatesLast: false,
    });
    expect(seen.custom).to.equal(`{"CloudCustomData":"your cloud custom data","OfflinePushInfo":${push}}`);
  });

  it('is shown to all, whatever stands in it', async () => {
    const GroupId = await made();
    const odd = '{"MsgType":"TIMTextElem","MsgContent":{"Text":"a\\u0000b\\ud800c"}}';
    const request = JSON.stringify(message(GroupId)).replace(JSON.stringify(text('hello')), odd);
    const { MsgSeq } = await im.done<Sent>('send_group_msg', JSON.parse(request) as object);
    await isShown(GroupId, { MsgSeq });
    expect(await v1Seen(GroupId, MsgSeq)).to.have.property('preview', 'a b c');
    expect((await shownAt(GroupId, MsgSeq)).MsgBody).to.deep.equal([JSON.parse(odd)]);
  });

  it('is of who is named, else of the app admin; judged as he is', async () => {
    const GroupId = await made();
    const own = await send(GroupId, { From_Account: undefined });
    await isShown(GroupId, own);
    expect((await shownAt(GroupId, own.MsgSeq)).From_Account).to.equal('root');
    const wrong: readonly (readonly [what: string, code: number, more: object])[] = [
      ['of who is no member', 10_007, { From_Account: 'dan' }],
      ['of nobody', 10_019, { From_Account: 'nobody' }],
      ['of who can be nobody', 10_019, { From_Account: 'a b' }],
      ['to no group', 10_010, { GroupId: 'nowhere' }],
      ['to what can be no group', 10_015, { GroupId: 'a b' }],
      ['without a Random', 10_004, { Random: undefined }],
      ['with a Random beyond 32 bits', 10_004, { Random: 4_294_967_296 }],
      ['that says nothing', 10_004, { MsgBody: [] }],
      ['that is no list', 10_004, { MsgBody: text('x') }],
      ['of no kind', 10_004, { MsgBody: [{ MsgContent: { Text: 'x' } }] }],
      ['without content', 10_004, { MsgBody: [text('x'), { MsgType: 'TIMTextElem' }] }],
      ["of the server's own kind", 10_004, { MsgBody: [{ MsgType: 'TIMGroupTipsElem', MsgContent: {} }] }],
      ['of 8,001 bytes', 80_002, { MsgBody: [text('字'.repeat(2_700))] }],
      ['of a priority that there is none of', 10_004, { MsgPriority: 'Highest' }],
      ['kept nowhere, and counted', 10_004, { MsgOnlineOnlyFlag: 1, SendMsgControl: ['NoUnread'] }],
      ['with a control of its own', 10_004, { SendMsgControl: ['NoNothing'] }],
      ['with a callback of its own', 10_004, { ForbidCallbackControl: ['ForbidAll'] }],
      ['that means nobody', 10_004, { GroupAtInfo: [{ GroupAtAllFlag: 0 }] }],
      ['with a push that is none', 10_004, { OfflinePushInfo: { PushFlag: 2 } }],
      ['with too much beside it', 10_004, { CloudCustomData: 'x'.repeat(9_000) }],
    ];
    for (const [what, code, more] of wrong) {
      expect(await im.codeOf('send_group_msg', message(GroupId, more)), what).to.equal(code);
    }
    const huge = JSON.stringify(message(GroupId)).replace('"hello"', '"hello","n":[1e400]');
    expect(await im.codeOf('send_group_msg', huge), 'a number that nobody can read').to.equal(10_004);
    await im.done('forbid_send_msg', { GroupId, Members_Account: ['bob'], MuteTime: 60 });
    expect(await im.codeOf('send_group_msg', message(GroupId)), 'muted').to.equal(10_017);
    await im.done('modify_group_base_info', { GroupId, MuteAllMember: 'On' });
    expect(await im.codeOf('send_group_msg', message(GroupId, { From_Account: 'cyd' })), 'all muted').to.equal(10_017);
    await send(GroupId, { From_Account: 'ann' });
    await im.done('destroy_group', { GroupId });
    expect(await im.codeOf('send_group_msg', message(GroupId))).to.equal(10_010);
  });

  it('is one message for five minutes, however often it comes with the same Random', async () => {
    const GroupId = await made();
    const same = message(GroupId);
    const answers = await Promise.all(Array.from({ length: 5 }, () => im.done<Sent>('send_group_msg', same)));
    expect(new Set(answers.map(({ MsgSeq }) => MsgSeq)).size).to.equal(1);
    const others = [{ Random: ++random }, { From_Account: 'cyd' }, { MsgBody: [text('else')] }];
    for (const other of others) {
      const sent = await im.done<Sent>('send_group_msg', { ...same, ...other });
      expect(sent.MsgSeq).to.be.above(answers[0]?.MsgSeq ?? 0);
      await isShown(GroupId, sent);
    }
    const list = (await history(GroupId)).RspMsgList.filter(({ From_Account }) => From_Account !== '@TIM#SYSTEM');
    expect(list).to.have.length(4);
  });

  it('is kept nowhere where it is for who is connected, nor in a room of thousands', async () => {
    const GroupId = await made();
    await send(GroupId);
    expect(await send(GroupId, { MsgOnlineOnlyFlag: 1 })).to.include({ MsgSeq: 0 });
    await isShown(GroupId, await send(GroupId));
    const { RspMsgList } = await history(GroupId);
    expect(RspMsgList.filter(({ From_Account }) => From_Account === 'bob')).to.have.length(2);
    const room = await made({ Type: 'AVChatRoom', MemberList: undefined });
    expect(await send(room, { From_Account: 'ann' })).to.include({ MsgSeq: 0 });
    const asked = { GroupId: room };
    expect(await im.codeOf('group_msg_recall', { ...asked, MsgSeqList: [{ MsgSeq: 1 }] })).to.equal(10_033);
    expect(await im.codeOf('delete_group_msg_by_sender', { ...asked, Sender_Account: 'ann' })).to.equal(10_033);
    const unread = { ...asked, Member_Account: 'ann', UnreadMsgNum: 1 };
    expect(await im.codeOf('set_unread_msg_num', unread)).to.equal(10_007);
    expect((await history(room)).IsFinished).to.equal(1);
  });

  it('is shown to the other families in their words, and theirs here in these', async () => {
    const GroupId = await made();
    const [one, several] = await Promise.all([
      send(GroupId),
      send(GroupId, { MsgBody: [text('look'), { MsgType: 'TIMFaceElem', MsgContent: { Index: 1 } }, text('here')] }),
    ]);
    expect(await v1Seen(GroupId, one.MsgSeq)).to.deep.include({ content: { kind: 'text', text: 'hello' } });
    const seen = await v1Seen(GroupId, several.MsgSeq);
    expect(seen.content).to.include({ kind: 'custom', extension: 'parley.content.v1' });
    expect(seen).to.have.property('preview', 'look here');

    const openim = new OpenimClient(`${parley.url}/openim`, SECRET);
    const token = await openim.tokenOf('ann');
    const range = { conversationID: `sg_${GroupId}`, begin: one.MsgSeq, end: one.MsgSeq, num: 1 };
    const pulled = await openim.done<{ msgs: Record<string, { Msgs: { contentType: number; content: string }[] }> }>(
      '/msg/pull_msg_by_seq',
      { userID: 'ann', seqRanges: [range], order: 0 },
      { token },
    );
    const [first] = Object.values(pulled.msgs)[0]?.Msgs ?? [];
    expect(first?.contentType).to.equal(101);
    expect(Buffer.from(first?.content ?? '', 'base64').toString()).to.contain('hello');

    const bodies = [
      { text: 'of v1' },
      { content: { kind: 'image', url: 'http://a.example/a.png' } },
      { content: { kind: 'quote', text: 'yes', quoted: { text: 'shall we?' } } },
      { content: { kind: 'custom', data: FORGED, extension: 'parley.content.v1' } },
    ];
    const seqs: number[] = [];
    for (const body of bodies) {
      const path = `/conversations/group:${GroupId}/messages`;
      const answer = await v1.call<{ outcome: { seq: number } }>('POST', path, { token: tokens.ann, body });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
      seqs.push(answer.body.outcome.seq);
    }
    await isShown(GroupId, { MsgSeq: seqs.at(-1) ?? 0 });
    const shown = await Promise.all(seqs.map(async (seq) => (await shownAt(GroupId, seq)).MsgBody));
    expect(shown[0]).to.deep.equal([text('of v1')]);
    expect(shown[1]?.[0]?.MsgType).to.equal('TIMImageElem');
    expect(shown[2]?.[0]).to.have.nested.property('MsgContent.Ext', 'parley.content.v1');
    expect(shown[3]?.[0]).to.deep.include({ MsgType: 'TIMCustomElem' });
    expect(shown[3]?.[0]).to.have.nested.property('MsgContent.Data', FORGED);
  });

  it('a system notification is for all of a group, or for some', async () => {
    const GroupId = await made();
    await im.done('send_group_system_notification', { GroupId, Content: 'we close at six' });
    let told: Shown | undefined;
    await eventually(async () => {
      const { RspMsgList } = await history(GroupId);
      told = RspMsgList.find(({ MsgBody }) => MsgBody[0]?.MsgType === 'TIMTextElem');
      return told !== undefined;
    });
    expect(told).to.deep.include({ From_Account: '@TIM#SYSTEM', MsgBody: [text('we close at six')] });
    expect(await v1Seen(GroupId, told?.MsgSeq ?? 0)).to.include({ from: 'system', senderId: 'root' });

    const some = { GroupId, Content: 'you are late', ToMembers_Account: ['bob', 'bob', 'ann'] };
    expect(await im.codeOf('send_group_system_notification', { ...some, ToMembers_Account: ['bob', 'dan'] })).to.equal(
      10_007,
    );
    await im.done('send_group_system_notification', some);
    for (const who of ['ann', 'bob', 'cyd'] as const) {
      const expected = who === 'cyd' ? [] : ['you are late'];
      await eventually(async () => {
        const answer = await v1.call<{ items?: V1Message[] }>('GET', '/conversations/notifications/messages?limit=10', {
          token: tokens[who],
        });
        const items = answer.body.items ?? [];
        expect(
          items.filter(({ custom }) => custom?.includes(GroupId)).map(({ content }) => content?.['text']),
        ).to.deep.equal(expected);
      });
    }
    const wrong: readonly (readonly [number, object])[] = [
      [10_010, { GroupId: 'nowhere' }],
      [10_010, { GroupId: 'nowhere', ToMembers_Account: ['bob'] }],
      [10_004, { Content: '' }],
      [10_004, { Content: undefined }],
      [80_002, { Content: 'x'.repeat(8_001) }],
      [10_005, { ToMembers_Account: Array.from({ length: 501 }, (_, n) => `n${n.toString()}`) }],
    ];
    for (const [code, more] of wrong) {
      expect(await im.codeOf('send_group_system_notification', { ...some, ...more })).to.equal(code);
    }
  });

  it('is taken back one by one, each with what came of it, and keeps its place in the history', async () => {
    const GroupId = await made();
    const [one, two] = [await send(GroupId), await send(GroupId, { From_Account: 'cyd' })];
    const seqs = [one.MsgSeq, 0, one.MsgSeq, 999_999, two.MsgSeq];
    const recall = (list: readonly number[]): Promise<Record<string, unknown>> =>
      im.done('group_msg_recall', { GroupId, MsgSeqList: list.map((MsgSeq) => ({ MsgSeq })) });
    const results = seqs.map((MsgSeq) => ({ MsgSeq, RetCode: MsgSeq === 0 || MsgSeq === 999_999 ? 10_030 : 0 }));
    const { Results, RecallRetList } = await recall(seqs);
    expect(Results).to.deep.equal(results);
    expect(RecallRetList).to.deep.equal(results);
    expect((await recall([one.MsgSeq]))['Results']).to.deep.equal([{ MsgSeq: one.MsgSeq, RetCode: 10_032 }]);
    expect((await recall([0]))['Results']).to.deep.equal([{ MsgSeq: 0, RetCode: 10_030 }]);
    await isPlace(GroupId, one);
    const place = await shownAt(GroupId, one.MsgSeq);
    expect(place).to.deep.include({ From_Account: 'bob', IsPlaceMsg: 1, MsgBody: [], MsgSeq: one.MsgSeq });
    expect((await v1Seen(GroupId, one.MsgSeq)).status).to.equal('revoked');
    for (const list of [[], Array.from({ length: 11 }, (_, n) => n + 1)]) {
      const MsgSeqList = list.map((MsgSeq) => ({ MsgSeq }));
      expect(await im.codeOf('group_msg_recall', { GroupId, MsgSeqList })).to.equal(10_004);
    }
    const nowhere = { GroupId: 'nowhere', MsgSeqList: [{ MsgSeq: 1 }] };
    expect(await im.codeOf('group_msg_recall', nowhere)).to.equal(10_010);
  });

  it('is taken back as a whole, of one sender, however much that was, and of nobody else', async () => {
    const GroupId = await made();
    // More than one command takes.
    for (let n = 0; n < 4; n++) await Promise.all(Array.from({ length: 30 }, () => send(GroupId)));
    const kept = await send(GroupId, { From_Account: 'cyd' });
    const asked = { GroupId, Sender_Account: 'bob' };
    await im.done('delete_group_msg_by_sender', asked);
    await im.done('delete_group_msg_by_sender', asked);
    // The last of all that it does.
    await isPlace(GroupId, { MsgSeq: kept.MsgSeq - 1 });
    const after: Shown[] = [];
    for (let seq = kept.MsgSeq; seq > 0; seq -= 20) after.push(...(await history(GroupId, 20, seq)).RspMsgList);
    const his = after.filter(({ From_Account }) => From_Account === 'bob');
    expect(his).to.have.length(120);
    expect(his.filter(({ IsPlaceMsg }) => IsPlaceMsg === 0)).to.deep.equal([]);
    expect(after.find(({ MsgSeq }) => MsgSeq === kept.MsgSeq)?.IsPlaceMsg).to.equal(0);
    expect(await im.codeOf('delete_group_msg_by_sender', { ...asked, Sender_Account: 'dan' }), 'none').to.equal(0);
    expect(await im.codeOf('delete_group_msg_by_sender', { ...asked, Sender_Account: 'nobody' })).to.equal(10_019);
    expect(await im.codeOf('delete_group_msg_by_sender', { ...asked, GroupId: 'nowhere' })).to.equal(10_010);
  });

  it('is read downwards, twenty at a time, to the first; what was deleted keeps its place', async () => {
    const GroupId = await made();
    for (let n = 0; n < 25; n++) await send(GroupId, { MsgBody: [text(n.toString())] });
    await isShown(GroupId, await send(GroupId));
    const first = await history(GroupId, 100);
    expect(first.GroupId).to.equal(GroupId);
    expect([first.IsFinished, first.RspMsgList.length], 'twenty, and there are more').to.deep.equal([0, 20]);
    const last = first.RspMsgList[0]?.MsgSeq ?? 0;
    expect(first.RspMsgList.map(({ MsgSeq }) => MsgSeq)).to.deep.equal(Array.from({ length: 20 }, (_, n) => last - n));
    expect(await history(GroupId, 100, 0), 'from the newest').to.deep.equal(first);
    expect(await history(GroupId, 100, 4_294_967_295), 'beyond it').to.deep.equal(first);
    const rest = await history(GroupId, 20, last - 20);
    expect([rest.IsFinished, rest.RspMsgList.at(-1)?.MsgSeq], 'all there are').to.deep.equal([1, 1]);
    expect((await history(GroupId, 2, last)).IsFinished, 'as many as were asked for').to.equal(1);
    const path = `/conversations/group:${GroupId}/messages/${last.toString()}?for=everyone`;
    expect((await v1.call('DELETE', path, { token: tokens.ann })).status).to.be.below(300);
    await isPlace(GroupId, { MsgSeq: last });
    expect((await shownAt(GroupId, last)).MsgBody).to.deep.equal([]);
    const wrong: readonly (readonly [number, object])[] = [
      [10_010, { GroupId: 'nowhere', ReqMsgNumber: 1 }],
      [10_004, { GroupId }],
      [10_004, { GroupId, ReqMsgNumber: 0 }],
      [10_004, { GroupId, ReqMsgNumber: 1, ReqMsgSeq: -1 }],
    ];
    for (const [code, body] of wrong) expect(await im.codeOf('group_msg_get_simple', body)).to.equal(code);
  });

  it('has been read so far as the app says, also less far than it was', async () => {
    const GroupId = await made();
    let last = 0;
    for (let n = 0; n < 5; n++) last = (await send(GroupId)).MsgSeq;
    await isShown(GroupId, { MsgSeq: last });
    type Member = { UnreadMsgNum: number; MsgSeq: number; Member_Account: string };
    const set = (UnreadMsgNum: number): Promise<object> =>
      im.done('set_unread_msg_num', { GroupId, Member_Account: 'cyd', UnreadMsgNum });
    for (const unread of [2, 0, 4, 1_000]) {
      await set(unread);
      const { MemberList } = await im.done<{ MemberList: Member[] }>('get_group_member_info', { GroupId });
      const cyd = MemberList.find(({ Member_Account }) => Member_Account === 'cyd');
      expect(cyd?.MsgSeq, unread.toString()).to.be.at.least(0);
      if (unread < 5) expect(cyd).to.include({ UnreadMsgNum: unread, MsgSeq: last - unread });
    }
    const asked = { GroupId, Member_Account: 'cyd', UnreadMsgNum: 1 };
    expect(await im.codeOf('set_unread_msg_num', { ...asked, Member_Account: 'dan' })).to.equal(10_007);
    expect(await im.codeOf('set_unread_msg_num', { ...asked, UnreadMsgNum: -1 })).to.equal(10_004);
    expect(await im.codeOf('set_unread_msg_num', { ...asked, GroupId: 'nowhere' })).to.equal(10_010);
  });

  it('is said, read and taken back by the unmodified client of npm', async () => {
    const request = unmodifiedClient(parley.url);
    const GroupId = await made();
    const said = async (command: string, body: object): Promise<Record<string, unknown>> => {
      const { data } = await request('group_open_http_svc', command, { GroupId, ...body });
      expect(data, command).to.include({ ActionStatus: 'OK', ErrorCode: 0 });
      return data;
    };
    const { MsgSeq } = await said('send_group_msg', { Random: 8_912_345, From_Account: 'bob', MsgBody: [text('x')] });
    await said('send_group_system_notification', { Content: 'hello', ToMembers_Account: ['bob'] });
    await said('set_unread_msg_num', { Member_Account: 'ann', UnreadMsgNum: 1 });
    await isShown(GroupId, { MsgSeq: MsgSeq as number });
    const { RspMsgList } = await said('group_msg_get_simple', { ReqMsgNumber: 20 });
    expect((RspMsgList as Shown[]).map((one) => one.MsgSeq)).to.include(MsgSeq);
    await said('group_msg_recall', { MsgSeqList: [{ MsgSeq }] });
    await said('delete_group_msg_by_sender', { Sender_Account: 'bob' });
  });
});
