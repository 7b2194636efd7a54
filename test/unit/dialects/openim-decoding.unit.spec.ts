import { expect } from 'chai';
import fc from 'fast-check';
import { decoded } from '../../../api/dialects/shared/go-decoding.js';
import { CreateGroupReq, SetGroupInfoExReq, SetGroupMemberInfoReq } from '../../../api/dialects/openim/dto/groups.js';
import { UpdateUserInfoReq, UserRegisterReq } from '../../../api/dialects/openim/dto/users.js';
import { checked } from '../../../api/http/validation.js';

describe('003’s bodies, read as the original’s decoder reads them', () => {
  it('know a member by its name in any case, at every depth', () => {
    expect(
      decoded(SetGroupMemberInfoReq, { Members: [{ groupId: 'g', USERID: 'u', nickName: 'x', faceUrl: 'f' }] }),
    ).to.deep.equal({ members: [{ groupID: 'g', userID: 'u', nickname: 'x', faceURL: 'f' }] });
    expect(decoded(UpdateUserInfoReq, { userinfo: { userId: 'u', EX: 'e' } })).to.deep.equal({
      userInfo: { userID: 'u', ex: 'e' },
    });
  });

  it('count the exact name where it stands, else the last of the spellings', () => {
    const read = (body: string): unknown => decoded(SetGroupInfoExReq, JSON.parse(body));
    expect(read('{"groupID":"exact","groupId":"other"}')).to.deep.equal({ groupID: 'exact' });
    expect(read('{"groupId":"other","groupID":"exact"}')).to.deep.equal({ groupID: 'exact' });
    expect(read('{"groupId":"first","GroupID":"last"}')).to.deep.equal({ groupID: 'last' });
    expect(read('{"GroupID":"first","groupId":"last"}')).to.deep.equal({ groupID: 'last' });
  });

  it('take null for absent, so that it wins against no other spelling', () => {
    expect(decoded(SetGroupInfoExReq, { groupID: null, groupId: 'g', introduction: null })).to.deep.equal({
      groupID: 'g',
    });
    // As an item of a list it is no member.
    expect(decoded(UserRegisterReq, { users: [null, { userId: 'u', nickName: null }] })).to.deep.equal({
      users: [null, { userID: 'u' }],
    });
  });

  it('fold as Go does: the long s is an s, the Kelvin sign a k, the sharp s no ss', () => {
    const secrets = { ſecret: 'long s', users: [] };
    expect(decoded(UserRegisterReq, secrets)).to.deep.equal({ secret: 'long s', users: [] });
    expect(decoded(SetGroupMemberInfoReq, { members: [{ ['nic\u212Aname']: 'k' }] } as object)).to.deep.equal({
      members: [{ nickname: 'k' }],
    });
    expect(decoded(CreateGroupReq, { meßage: 1 })).to.deep.equal({ meßage: 1 });
  });

  it('leave what nobody knows as it is, and whatever is no object', () => {
    for (const body of [undefined, null, 7, 'text', [], [{ groupId: 'g' }], { Anything: { groupId: null } }]) {
      expect(decoded(SetGroupInfoExReq, body)).to.deep.equal(body);
    }
    const hostile = JSON.parse('{"__proto__":{"groupID":"g"},"constructor":1}') as object;
    expect(Object.keys(decoded(SetGroupInfoExReq, hostile) as object)).to.deep.equal(['__proto__', 'constructor']);
  });

  it('wrapped values, too', async () => {
    const body = decoded(SetGroupInfoExReq, {
      groupId: 'g',
      GroupName: { Value: 'n' },
      EX: { VALUE: 'a', value: 'e' },
    });
    const { groupName, ex } = await checked(SetGroupInfoExReq, body, 'body', { unknown: 'leftOut' });
    expect([groupName, ex]).to.deep.equal(['n', 'e']);
  });

  it('mean the same whatever the case of their names', () => {
    const cased = (name: string): fc.Arbitrary<string> =>
      fc
        .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
        .map((upper) => [...name].map((c, i) => (upper[i] === true ? c.toUpperCase() : c.toLowerCase())).join(''));
    const named = fc.record({ members: cased('members'), groupID: cased('groupID'), nickname: cased('nickname') });
    fc.assert(
      fc.property(named, ({ members, groupID, nickname }) => {
        expect(decoded(SetGroupMemberInfoReq, { [members]: [{ [groupID]: 'g', [nickname]: 'n' }] })).to.deep.equal({
          members: [{ groupID: 'g', nickname: 'n' }],
        });
      }),
      { numRuns: 50 },
    );
  });
});
