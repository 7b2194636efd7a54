import { expect } from 'chai';
import {
  CreateGroupReq,
  InviteUserToGroupReq,
  JoinGroupReq,
  SetGroupInfoExReq,
} from '../../../api/dialects/openim/dto/groups.js';
import {
  GetUsersInfoReq,
  SelfRegisterReq,
  SetGlobalRecvMsgOptReq,
  UpdateUserInfoReq,
  UserRegisterReq,
} from '../../../api/dialects/openim/dto/users.js';
import { checked, type DtoClass, InputInvalid } from '../../../api/http/validation.js';

describe('003’s bodies', () => {
  async function wrongs(Dto: DtoClass, body: unknown): Promise<string[]> {
    try {
      await checked(Dto, body, 'body', { unknown: 'leftOut' });
      return [];
    } catch (error) {
      if (!(error instanceof InputInvalid)) throw error;
      return error.problems.map(({ pointer, detail }) => `${pointer} ${detail}`);
    }
  }
  const AN_ID = 'must be an id: 1 to 64 letters, digits or any of "_-.@#:"';

  it('say of an id what is wrong with it', async () => {
    const register = { nickname: 'N', password: 'long enough' };
    expect(await wrongs(SelfRegisterReq, { ...register, userID: 7 })).to.deep.equal(['/userID must be a string']);
    expect(await wrongs(SelfRegisterReq, { ...register, userID: 'a b' })).to.deep.equal([`/userID ${AN_ID}`]);
    expect(await wrongs(SelfRegisterReq, register)).to.deep.equal(['/userID is missing']);
  });

  it('say of a text what is wrong with it', async () => {
    const register = { userID: 'a', password: 'long enough' };
    for (const [nickname, said] of [
      [7, 'must be a string'],
      ['a\0b', 'holds U+0000 or half of a surrogate pair'],
      ['a\ud800b', 'holds U+0000 or half of a surrogate pair'],
      ['', 'must not be blank'],
      [' ', 'must not be blank'],
    ] as const) {
      expect(await wrongs(SelfRegisterReq, { ...register, nickname })).to.deep.equal([`/nickname ${said}`]);
    }
    expect(await wrongs(SelfRegisterReq, { ...register, nickname: 'N', password: '' })).to.deep.equal([
      '/password must not be empty',
    ]);
  });

  it('name the item of a list that is wrong', async () => {
    expect(await wrongs(GetUsersInfoReq, { userIDs: ['a', 'b', 7, 'a b'] })).to.deep.equal([
      '/userIDs/2 must be a string',
    ]);
    expect(await wrongs(GetUsersInfoReq, { userIDs: [] })).to.deep.equal(['/userIDs must not be empty']);
    expect(await wrongs(GetUsersInfoReq, { userIDs: 'a' })).to.deep.equal(['/userIDs must be an array']);
    expect(await wrongs(GetUsersInfoReq, { userIDs: ['a', 'a'] })).to.deep.equal([]);
    const invite = { groupID: 'g', invitedUserIDs: ['a', 'b', 'a'] };
    expect(await wrongs(InviteUserToGroupReq, invite)).to.deep.equal(['/invitedUserIDs/2 is named before already']);
    expect(await wrongs(InviteUserToGroupReq, { ...invite, invitedUserIDs: 'a' })).to.deep.equal([
      '/invitedUserIDs must be an array',
    ]);
    expect(await wrongs(InviteUserToGroupReq, { ...invite, invitedUserIDs: [] })).to.deep.equal([
      '/invitedUserIDs must not be empty',
    ]);
    const [one, two] = ['a', 'b'].map((userID) => ({ userID, nickname: userID }));
    expect(await wrongs(UserRegisterReq, { users: [one, two, one] })).to.deep.equal([
      '/users/2 is named before already',
    ]);
    expect(await wrongs(UserRegisterReq, { users: [one, { nickname: 'c' }, { nickname: 'd' }] })).to.deep.equal([
      '/users/1/userID is missing',
      '/users/2/userID is missing',
    ]);
  });

  it('take the original’s wrapper form of what may be absent', async () => {
    const userInfo = {
      userID: 'a',
      nickname: { value: '' },
      faceURL: { value: 'f' },
      ex: { value: 'e' },
      globalRecvMsgOpt: { value: 2 },
    };
    const body = await checked(UpdateUserInfoReq, { userInfo, ex: { value: 'x' } }, 'body', { unknown: 'leftOut' });
    expect({ ...body.userInfo }).to.deep.equal({
      userID: 'a',
      nickname: '',
      faceURL: 'f',
      ex: 'e',
      globalRecvMsgOpt: 2,
    });
    expect(body.ex).to.equal('x');
    expect(await wrongs(UpdateUserInfoReq, { userInfo: { userID: 'a', nickname: { value: 7 } } })).to.deep.equal([
      '/userInfo/nickname must be a string',
    ]);
    const option = await checked(SetGlobalRecvMsgOptReq, { userID: 'a' }, 'body', { unknown: 'leftOut' });
    expect(option.globalRecvMsgOpt).to.equal(undefined);
  });

  it('bind by its form an id that is chosen, and nobody’s where one is only named (docs/rules.md A13)', async () => {
    for (const userID of ['a b', '张三', 'x'.repeat(65)]) {
      expect(await wrongs(SelfRegisterReq, { userID, nickname: 'N', password: 'long enough' })).to.deep.equal([
        `/userID ${AN_ID}`,
      ]);
      expect(await wrongs(UserRegisterReq, { users: [{ userID, nickname: 'N' }] })).to.deep.equal([
        `/users/0/userID ${AN_ID}`,
      ]);
      const groupInfo = { groupID: userID, groupName: 'G' };
      expect(await wrongs(CreateGroupReq, { ownerUserID: userID, groupInfo })).to.deep.equal([
        `/groupInfo/groupID ${AN_ID}`,
      ]);
      expect(await wrongs(JoinGroupReq, { groupID: userID, joinSource: 3 })).to.deep.equal([]);
      expect(await wrongs(InviteUserToGroupReq, { groupID: userID, invitedUserIDs: [userID, ''] })).to.deep.equal([]);
    }
    expect(await wrongs(JoinGroupReq, { groupID: '', joinSource: 3 })).to.deep.equal(['/groupID must not be empty']);
  });

  it('leave a blank group name to be judged after the right to change it', async () => {
    expect(await wrongs(SetGroupInfoExReq, { groupID: 'g', groupName: ' ' })).to.deep.equal([]);
  });
});
