import { expect } from 'chai';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';

describe('auditing, over HTTP', function () {
  this.timeout(60_000);

  let parley: RunningParley;
  let v1: V1Client;
  let eva: string;
  let root: string;
  let ann: string;
  let foreignEva: string;

  before(async () => {
    parley = await runParley(({ tenant, otherTenant }) => ({
      PARLEY_APP_ADMINS: `${tenant}/root`,
      PARLEY_AUDITORS: `${tenant}/eva,${otherTenant}/eva`,
      OPENIM_SECRET: SECRET,
    }));
    v1 = new V1Client(parley.url);
    const people = [
      v1.person('eva'),
      v1.person('root'),
      v1.person('ann'),
      v1.person('eva', { tenant: parley.otherTenant }),
      v1.person('bob'),
    ];
    [eva, root, ann, foreignEva] = (await Promise.all(people)).map(({ token }) => token) as [
      string,
      string,
      string,
      string,
    ];
    await v1.call('POST', '/groups', { token: ann, body: { groupId: 'club', name: 'Club' } });
    await v1.call('PUT', '/groups/club/members/me', { token: (await v1.person('ben')).token });
    await v1.call('PUT', '/groups/club/members/ben/mute', { token: ann, body: { forSeconds: 600 } });
  });
  after(() => parley.stop());

  const openim = async (path: string, body: object, token?: string): Promise<{ errCode: number }> => {
    const response = await fetch(`${parley.url}/openim${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', operationID: '1', ...(token === undefined ? {} : { token }) },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { errCode: number };
  };

  describe('who may ask', () => {
    it('is an auditor of the tenant: no member, no app admin, nobody for him, nobody of another tenant', async () => {
      const status = async (token: string, headers: Record<string, string> = {}): Promise<number> =>
        (await v1.call('GET', '/groups/club/events', { token, headers })).status;
      expect(await status(eva)).to.equal(200);
      expect(await status(ann)).to.equal(403);
      expect(await status(root)).to.equal(403);
      expect(await status(root, { 'parley-on-behalf-of': 'eva' })).to.equal(403);
      expect(await status(foreignEva)).to.equal(404);
      expect(await status(foreignEva, { 'x-tenant-id': parley.tenant })).to.equal(403);
    });

    it('writes nothing, whichever API he comes by', async () => {
      const group = { groupId: 'evas', name: 'Eva’s' };
      for (const answer of await Promise.all([
        v1.call('POST', '/groups', { token: eva, body: group }),
        v1.call('PUT', '/groups/club/members/me', { token: eva }),
        v1.call('PATCH', '/users/me', { token: eva, body: { nickname: 'Eve' } }),
      ]))
        expect(answer).to.deep.include({ status: 403 }).and.have.nested.property('body.code', 'NotPermitted');
      const joined = await openim(
        '/group/join_group',
        { groupID: 'club', reqMessage: '', joinSource: 3, inviterUserID: 'eva' },
        eva,
      );
      expect(joined.errCode).to.equal(1002);
      expect((await v1.call('GET', '/groups/evas', { token: eva })).status).to.equal(404);
    });

    it('gets in by his password only, and his id is nobody’s to take', async () => {
      const taken = await v1.call('POST', '/users', {
        headers: { 'x-tenant-id': parley.otherTenant },
        body: { userId: 'eva', login: 'other', password: 'a password of mine', nickname: 'Eva' },
      });
      expect(taken.status).to.equal(403);
      const { errCode } = await openim('/auth/user_token', { secret: SECRET, userID: 'eva', platformID: 1 });
      expect(errCode).to.equal(1002);
      const byAdmin = await openim('/auth/get_user_token', { userID: 'eva', platformID: 1 }, root);
      expect(byAdmin.errCode).to.equal(1002);
      expect((await openim('/auth/user_token', { secret: SECRET, userID: 'ann', platformID: 1 })).errCode).to.equal(0);
    });
  });
});
