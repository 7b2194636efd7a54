import { expect } from 'chai';
import type { BlackInfo, FriendInfo, FriendRequest } from '../../api/dialects/openim/friend-views.js';
import { OpenimClient, type OpenimAnswer } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';

const SECRET = 'a secret of the app, of some length';
const pagination = { pageNumber: 1, showNumber: 100 };

type Body = Record<string, unknown>;

describe('003: friends', () => {
  let parley: RunningParley;
  let im: OpenimClient;
  let admin: string;
  /** Tokens by user id. */
  const of: Record<string, string> = {};
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({ PARLEY_APP_ADMINS: 'imAdmin', OPENIM_SECRET: SECRET });
    im = new OpenimClient(`${parley.url}/openim`, SECRET);
    admin = await im.adminToken('imAdmin');
  });
  after(() => parley.stop());

  const as = (name: string): { token: string } => ({ token: name === 'imAdmin' ? admin : (of[name] ?? '') });
  const call = (path: string, body: object, who: string): Promise<OpenimAnswer> =>
    im.call(`/friend/${path}`, body, as(who));
  const codeOf = async (path: string, body: object, who: string): Promise<number> =>
    (await call(path, body, who)).errCode;
  const done = async <Data = Body>(path: string, body: object, who: string): Promise<Data> =>
    im.done<Data>(`/friend/${path}`, body, as(who));

  /** People whom nobody knows yet. */
  async function strangers<const Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ [N in keyof Names]: string }> {
    const ids = names.map((name) => `${name}_${(++count).toString()}`);
    Object.assign(of, await im.people(...ids));
    return ids as { [N in keyof Names]: string };
  }
  const ask = (fromUserID: string, toUserID: string, more: Body = {}): Promise<number> =>
    codeOf('add_friend', { fromUserID, toUserID, reqMsg: 'hello', ...more }, fromUserID);
  const answer = (fromUserID: string, toUserID: string, handleResult: number, more: Body = {}): Promise<number> =>
    codeOf('add_friend_response', { fromUserID, toUserID, handleResult, ...more }, toUserID);
  async function friends(): Promise<[string, string]> {
    const [ann, bob] = await strangers('ann', 'bob');
    expect([await ask(ann, bob), await answer(ann, bob, 1)]).to.deep.equal([0, 0]);
    return [ann, bob];
  }
  const listOf = async (userID: string): Promise<FriendInfo[]> =>
    (await done<{ friendsInfo: FriendInfo[] | null }>('get_friend_list', { userID, pagination }, userID)).friendsInfo ??
    [];
  const idsOf = async (userID: string): Promise<string[]> =>
    (await listOf(userID)).map(({ friendUser }) => friendUser.userID);
  const received = async (userID: string, more: Body = {}): Promise<FriendRequest[]> =>
    (
      await done<{ FriendRequests: FriendRequest[] | null }>(
        'get_friend_apply_list',
        { userID, pagination, ...more },
        userID,
      )
    ).FriendRequests ?? [];
  const sent = async (userID: string): Promise<FriendRequest[]> =>
    (
      await done<{ friendRequests: FriendRequest[] | null }>(
        'get_self_friend_apply_list',
        { userID, pagination },
        userID,
      )
    ).friendRequests ?? [];

  it('two people become friends: asked, shown to both, agreed to, in both lists', async () => {
    const [ann, bob] = await strangers('ann', 'bob');
    expect(await call('add_friend', { fromUserID: ann, toUserID: bob, reqMsg: 'hi', ex: 'x' }, ann)).to.deep.equal({
      errCode: 0,
      errMsg: '',
      errDlt: '',
    });
    const asked = {
      fromUserID: ann,
      fromNickname: `Nick ${ann}`,
      fromFaceURL: `https://x.example/${ann}`,
      toUserID: bob,
      toNickname: `Nick ${bob}`,
      toFaceURL: `https://x.example/${bob}`,
      handleResult: 0,
      reqMsg: 'hi',
      handlerUserID: '',
      handleMsg: '',
      handleTime: 0,
      ex: 'x',
    };
    const toBob = await done<Body>('get_friend_apply_list', { userID: bob, pagination }, bob);
    expect(Object.keys(toBob)).to.deep.equal(['FriendRequests', 'total']);
    const [request] = toBob['FriendRequests'] as FriendRequest[];
    expect(request?.createTime).to.be.within(Date.now() - 60_000, Date.now());
    expect(toBob).to.deep.equal({ FriendRequests: [{ ...asked, createTime: request?.createTime }], total: 1 });
    const fromAnn = await done<Body>('get_self_friend_apply_list', { userID: ann, pagination }, ann);
    expect(fromAnn).to.deep.equal({ friendRequests: toBob['FriendRequests'], total: 1 });

    expect(await answer(ann, bob, 1, { handleMsg: 'gladly' })).to.equal(0);
    const [handled] = await sent(ann);
    expect(handled).to.include({ handleResult: 1, handlerUserID: bob, handleMsg: 'gladly' });
    expect(handled?.handleTime).to.be.within(request?.createTime ?? 0, Date.now());

    const annsList = await done<Body>('get_friend_list', { userID: ann, pagination }, ann);
    const [friend] = annsList['friendsInfo'] as FriendInfo[];
    // In seconds, as nothing else is.
    expect(friend?.createTime).to.be.within(Date.now() / 1_000 - 60, Date.now() / 1_000);
    expect(friend?.friendUser.createTime).to.be.within(Date.now() - 60_000, Date.now());
    expect(annsList).to.deep.equal({
      friendsInfo: [
        {
          ownerUserID: ann,
          remark: '',
          createTime: friend?.createTime,
          friendUser: {
            userID: bob,
            nickname: `Nick ${bob}`,
            faceURL: `https://x.example/${bob}`,
            ex: '',
            createTime: friend?.friendUser.createTime,
            appMangerLevel: 0,
            globalRecvMsgOpt: 0,
          },
          addSource: 2,
          operatorUserID: bob,
          ex: '',
          isPinned: false,
        },
      ],
      total: 1,
    });
    expect(await idsOf(bob)).to.deep.equal([ann]);
    expect(await done('is_friend', { userID1: ann, userID2: bob }, bob)).to.deep.equal({
      inUser1Friends: true,
      inUser2Friends: true,
    });
  });

  it('add_friend: 1301 oneself, 1101 nobody, 1304 friends in both directions, 1002 for another', async () => {
    const [ann, bob] = await friends();
    const [eve] = await strangers('eve');
    expect(await ask(ann, ann)).to.equal(1301);
    expect(await codeOf('add_friend', { fromUserID: 'nobody', toUserID: 'nobody' }, 'imAdmin')).to.equal(1301);
    for (const toUserID of ['nobody', '张三']) expect(await ask(ann, toUserID), toUserID).to.equal(1101);
    expect(await codeOf('add_friend', { fromUserID: 'nobody', toUserID: ann }, 'imAdmin')).to.equal(1101);
    expect([await ask(ann, bob), await ask(bob, ann)]).to.deep.equal([1304, 1304]);
    expect(await codeOf('add_friend', { fromUserID: ann, toUserID: eve }, eve)).to.equal(1002);
    expect(await codeOf('add_friend', { fromUserID: ann, toUserID: eve }, 'imAdmin')).to.equal(0);
    expect(await received(eve)).to.have.length(1);
    expect(await ask(eve, bob, { reqMsg: 'x'.repeat(1_025) })).to.equal(1001);
    const { errDlt } = await call('add_friend', { fromUserID: eve, toUserID: bob, reqMsg: 'x'.repeat(1_025) }, eve);
    expect(errDlt).to.match(/^reqMsg: /);
    expect(await received(bob)).to.have.length(1);
  });

  it('asked again, the new words stand in the one row there is; crossing requests make friends', async () => {
    const [ann, bob] = await strangers('ann', 'bob');
    expect([await ask(ann, bob), await ask(ann, bob, { reqMsg: 'please' })]).to.deep.equal([0, 0]);
    expect((await received(bob)).map(({ reqMsg }) => reqMsg)).to.deep.equal(['please']);
    expect(await answer(ann, bob, -1)).to.equal(0);
    expect((await sent(ann))[0]).to.include({ handleResult: -1, handlerUserID: bob });
    expect(await ask(ann, bob, { reqMsg: 'once more' })).to.equal(0);
    expect((await received(bob)).map((one) => [one.reqMsg, one.handleResult])).to.deep.equal([['once more', 0]]);
    expect(await ask(bob, ann)).to.equal(0);
    expect([await idsOf(ann), await idsOf(bob)]).to.deep.equal([[bob], [ann]]);
    expect((await sent(ann))[0]).to.include({ handleResult: 1 });
  });

  it('who is blocked may ask, and asks for the direction that is missing', async () => {
    const [ann, bob] = await strangers('ann', 'bob');
    await done('add_black', { ownerUserID: bob, blackUserID: ann }, bob);
    expect(await ask(ann, bob)).to.equal(0);
    expect(await answer(ann, bob, 1)).to.equal(0);
    await done('delete_friend', { ownerUserID: ann, friendUserID: bob }, ann);
    expect([await ask(ann, bob), await answer(ann, bob, 1), await idsOf(ann)]).to.deep.equal([0, 0, [bob]]);
  });

  it('add_friend_response: 1004 where nobody asked, handled 1001 and 1305, 1001 for no answer, 1002 for another', async () => {
    const [ann, bob] = await strangers('ann', 'bob');
    for (const from of [ann, 'nobody', '张三']) expect(await answer(from, bob, 1), from).to.equal(1004);
    expect(await ask(ann, bob)).to.equal(0);
    for (const handleResult of [0, 2, 123, '1', null, undefined]) {
      const body = { fromUserID: ann, toUserID: bob, handleResult };
      expect(await codeOf('add_friend_response', body, bob), JSON.stringify(handleResult)).to.equal(1001);
    }
    const agree = { fromUserID: ann, toUserID: bob, handleResult: 1 };
    expect(await codeOf('add_friend_response', agree, ann)).to.equal(1002);
    expect(await codeOf('add_friend_response', agree, 'imAdmin')).to.equal(0);
    expect((await received(bob))[0]).to.include({ handleResult: 1, handlerUserID: 'imAdmin' });
    expect(await answer(ann, bob, 1)).to.equal(1001);
    expect(await answer(ann, bob, -1)).to.equal(1305);
    const { errDlt } = await call('add_friend_response', { ...agree, handleMsg: 'x'.repeat(1_025) }, bob);
    expect(errDlt).to.match(/^handleMsg: /);
  });

  it('delete_friend takes one direction; of whoever is no friend it is done', async () => {
    const [ann, bob] = await friends();
    expect(await codeOf('delete_friend', { ownerUserID: ann, friendUserID: bob }, bob)).to.equal(1002);
    await done('delete_friend', { ownerUserID: ann, friendUserID: bob }, ann);
    expect([await idsOf(ann), await idsOf(bob)]).to.deep.equal([[], [ann]]);
    expect(await done('is_friend', { userID1: ann, userID2: bob }, ann)).to.deep.equal({
      inUser1Friends: false,
      inUser2Friends: true,
    });
    for (const friendUserID of [bob, 'nobody', '张三', ann]) {
      expect(await codeOf('delete_friend', { ownerUserID: ann, friendUserID }, ann), friendUserID).to.equal(0);
    }
    expect(await ask(bob, ann), 'he has to be asked again').to.equal(0);
    expect(await idsOf(ann)).to.deep.equal([]);
  });

  it('is_friend is for the two and app admins', async () => {
    const [ann, bob] = await friends();
    const [eve] = await strangers('eve');
    expect(await codeOf('is_friend', { userID1: ann, userID2: bob }, eve)).to.equal(1002);
    const friendsSay = { inUser1Friends: true, inUser2Friends: true };
    expect(await done('is_friend', { userID1: ann, userID2: bob }, 'imAdmin')).to.deep.equal(friendsSay);
    for (const userID2 of [eve, ann, 'nobody', '张三']) {
      expect(await done('is_friend', { userID1: ann, userID2 }, ann), userID2).to.deep.equal({
        inUser1Friends: false,
        inUser2Friends: false,
      });
    }
  });

  it('a blacklist: once, by its owner, of users; the second time is "duplicate key"', async () => {
    const [ann, bob] = await friends();
    const block = { ownerUserID: ann, blackUserID: bob, ex: 'loud' };
    expect(await codeOf('add_black', block, bob)).to.equal(1002);
    expect(await codeOf('add_black', block, ann)).to.equal(0);
    expect(await call('add_black', block, ann)).to.include({ errCode: 500, errMsg: 'duplicate key' });
    for (const blackUserID of ['nobody', '张三']) {
      expect(await codeOf('add_black', { ownerUserID: ann, blackUserID }, ann), blackUserID).to.equal(1101);
      expect(await codeOf('remove_black', { ownerUserID: ann, blackUserID }, ann), blackUserID).to.equal(1101);
    }
    expect(await codeOf('add_black', { ownerUserID: ann, blackUserID: ann }, ann)).to.equal(1001);
    expect(await idsOf(ann), 'the friendship is as it was').to.deep.equal([bob]);

    const list = await done<{ blacks: BlackInfo[] }>('get_black_list', { userID: ann, pagination }, ann);
    const createTime = list.blacks[0]?.createTime ?? 0;
    expect(createTime).to.be.within(Date.now() / 1_000 - 60, Date.now() / 1_000);
    const blackUserInfo = { userID: bob, nickname: `Nick ${bob}`, faceURL: `https://x.example/${bob}`, ex: '' };
    const black = { ownerUserID: ann, createTime, blackUserInfo, addSource: 0, operatorUserID: ann, ex: 'loud' };
    expect(list).to.deep.equal({ blacks: [black], total: 1 });
    const some = { ownerUserID: ann, userIDList: [bob, 'nobody', '张三', ann] };
    const specified = await done<{ blacks: BlackInfo[]; total: number }>('get_specified_blacks', some, ann);
    expect(specified.total).to.equal(1);
    expect(Math.floor((specified.blacks[0]?.createTime ?? 0) / 1_000)).to.equal(createTime);
    expect(await codeOf('get_specified_blacks', some, bob)).to.equal(1002);

    expect(await codeOf('remove_black', { ownerUserID: ann, blackUserID: bob }, bob)).to.equal(1002);
    for (const time of [1, 2]) {
      expect(await codeOf('remove_black', { ownerUserID: ann, blackUserID: bob }, ann), String(time)).to.equal(0);
    }
    expect(await done('get_black_list', { userID: ann, pagination }, ann)).to.deep.equal({ blacks: null, total: 0 });
  });

  it('update_friends: what is named changes, of friends alone', async () => {
    const [ann, bob] = await friends();
    const update = (more: Body, who = ann): Promise<number> =>
      codeOf('update_friends', { ownerUserID: ann, friendUserIDs: [bob], ...more }, who);
    const shown = async (): Promise<FriendInfo | undefined> => (await listOf(ann))[0];
    expect(await update({ remark: 'Bobby', ex: 'e', isPinned: true })).to.equal(0);
    expect(await shown()).to.include({ remark: 'Bobby', ex: 'e', isPinned: true });
    expect(await update({ remark: { value: 'Robert' } })).to.equal(0);
    expect(await shown()).to.include({ remark: 'Robert', ex: 'e', isPinned: true });
    expect(await update({ ex: '', isPinned: false })).to.equal(0);
    expect(await shown()).to.include({ remark: 'Robert', ex: '', isPinned: false });
    expect(await update({ friendUserIDs: [bob, 'nobody', '张三', ann], remark: 'B' })).to.equal(0);
    expect(await shown()).to.include({ remark: 'B' });
    expect(await update({})).to.equal(0);
    for (const wrong of [
      { friendUserIDs: [] },
      { friendUserIDs: [bob, bob] },
      { friendUserIDs: bob },
      { remark: 'x'.repeat(129) },
      { ex: 'x'.repeat(4_097) },
      { isPinned: 1 },
    ]) {
      expect(await update(wrong), JSON.stringify(wrong).slice(0, 60)).to.equal(1001);
    }
    expect(await update({ remark: 'mine' }, bob)).to.equal(1002);
    expect((await listOf(bob))[0]).to.include({ remark: '' });

    const remark = { ownerUserID: ann, friendUserID: bob, remark: 'Old Bob' };
    expect(await codeOf('set_friend_remark', remark, ann)).to.equal(0);
    expect(await shown()).to.include({ remark: 'Old Bob' });
    expect(await codeOf('set_friend_remark', remark, bob)).to.equal(1002);
    for (const friendUserID of ['nobody', '张三', ann]) {
      expect(await codeOf('set_friend_remark', { ...remark, friendUserID }, ann), friendUserID).to.equal(1004);
    }
    expect(await codeOf('set_friend_remark', { ownerUserID: ann, friendUserID: bob }, ann)).to.equal(0);
    const pin = { ownerUserID: ann, friendUserIDs: [bob, 'nobody'], isPinned: true };
    expect(await codeOf('update_pin_status', pin, ann)).to.equal(0);
    expect(await shown()).to.include({ remark: '', isPinned: true });
    expect(await codeOf('update_pin_status', pin, bob)).to.equal(1002);
    expect(await codeOf('update_pin_status', { ...pin, isPinned: undefined }, ann)).to.equal(1001);
  });

  it('import_friend: friends at once, all or none, by an app admin', async () => {
    const [ann, bob, cas] = await strangers('ann', 'bob', 'cas');
    const all = { ownerUserID: ann, friendUserIDs: [bob, cas] };
    expect(await codeOf('import_friend', all, ann)).to.equal(1002);
    for (const [friendUserIDs, code] of [
      [[bob, 'nobody'], 1101],
      [[bob, ann], 1301],
      [[bob, bob], 1001],
      [[], 1001],
    ] as const) {
      expect(await codeOf('import_friend', { ...all, friendUserIDs }, 'imAdmin'), friendUserIDs.join()).to.equal(code);
    }
    expect(await idsOf(ann)).to.deep.equal([]);
    expect(await codeOf('import_friend', all, 'imAdmin')).to.equal(0);
    expect(await codeOf('import_friend', all, 'imAdmin'), 'already so').to.equal(0);
    expect(new Set(await idsOf(ann))).to.deep.equal(new Set([bob, cas]));
    expect((await listOf(cas))[0]).to.include({ addSource: 1, operatorUserID: 'imAdmin' });
  });

  it('lists: page by page, pinned ones first, for oneself and app admins', async () => {
    const [ann, bob, cas, eve] = await strangers('ann', 'bob', 'cas', 'eve');
    await done('import_friend', { ownerUserID: ann, friendUserIDs: [bob, cas] }, 'imAdmin');
    await done('update_friends', { ownerUserID: ann, friendUserIDs: [cas], isPinned: true }, ann);
    const page = (pageNumber: number, showNumber: number, who = ann): Promise<OpenimAnswer> =>
      call('get_friend_list', { userID: ann, pagination: { pageNumber, showNumber } }, who);
    const ids = ({ data }: OpenimAnswer): unknown =>
      (data?.['friendsInfo'] as FriendInfo[] | null)?.map(({ friendUser }) => friendUser.userID) ?? null;
    expect([ids(await page(1, 1)), ids(await page(2, 1)), ids(await page(3, 1))]).to.deep.equal([[cas], [bob], null]);
    expect((await page(1, 0)).data).to.deep.equal({ friendsInfo: null, total: 2 });
    expect(ids(await page(1, 10, 'imAdmin'))).to.deep.equal([cas, bob]);
    expect((await page(0, 10)).errCode).to.equal(1001);
    expect((await page(1, 10, eve)).errCode).to.equal(1002);
    for (const path of ['get_friend_apply_list', 'get_self_friend_apply_list', 'get_black_list']) {
      expect(await codeOf(path, { userID: ann, pagination }, eve), path).to.equal(1002);
      expect(await codeOf(path, { userID: ann }, ann), path).to.equal(1001);
      expect(await codeOf(path, { userID: ann, pagination }, 'imAdmin'), path).to.equal(0);
    }
    expect(await ask(eve, ann)).to.equal(0);
    expect(await received(ann, { handleResults: [0] })).to.have.length(1);
    expect(await received(ann, { handleResults: [1, -1] })).to.have.length(0);

    const some = { ownerUserID: ann, friendUserIDs: [eve, bob, 'nobody', '张三'] };
    const designated = await done<{ friendsInfo: FriendInfo[] }>('get_designated_friends', some, ann);
    expect(designated.friendsInfo.map(({ friendUser }) => friendUser.userID)).to.deep.equal([bob]);
    expect(await codeOf('get_designated_friends', some, eve)).to.equal(1002);
    const between = { fromUserID: ann, toUserID: eve };
    const applied = await done<{ friendRequests: FriendRequest[] }>('get_designated_friend_apply', between, ann);
    expect(applied.friendRequests.map(({ fromUserID }) => fromUserID)).to.deep.equal([eve]);
    expect(await codeOf('get_designated_friend_apply', between, bob)).to.equal(1002);
    for (const toUserID of ['nobody', '张三']) {
      expect(await done('get_designated_friend_apply', { fromUserID: ann, toUserID }, ann)).to.deep.equal({
        friendRequests: null,
      });
    }

    interface Full {
      version: number;
      versionID: string;
      equal: boolean;
      userIDs: string[] | null;
    }
    const full = await done<Full>('get_full_friend_user_ids', { userID: ann, idHash: 0 }, ann);
    expect(full).to.deep.include({ equal: false, userIDs: [bob, cas].sort() });
    expect(await done<Full>('get_full_friend_user_ids', { userID: ann, idHash: full.version }, ann)).to.deep.equal({
      ...full,
      equal: true,
      userIDs: null,
    });
    expect(await codeOf('get_full_friend_user_ids', { userID: ann }, eve)).to.equal(1002);
  });

  it('an Idempotency-Key answers a repeat as the first time', async () => {
    const [ann, bob] = await strangers('ann', 'bob');
    const headers = { 'Idempotency-Key': `block ${ann}`.replace(' ', '-') };
    const body = { ownerUserID: ann, blackUserID: bob };
    for (const time of [1, 2]) {
      const { errCode } = await im.call('/friend/add_black', body, { ...as(ann), headers });
      expect(errCode, time.toString()).to.equal(0);
    }
  });
});
