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

  interface Told {
    readonly items: readonly {
      readonly id: string;
      readonly type: string;
      readonly sentence: string;
      readonly aggregate: string;
      readonly revision: number;
      readonly correlationId: string;
      readonly by: readonly string[];
      readonly to: readonly string[];
      readonly groupId: string | null;
      readonly api: string;
      readonly data: Record<string, unknown>;
    }[];
    readonly next: string | null;
  }

  const asked = async (query: string, token = eva): Promise<Told> => {
    const { status, body } = await v1.call<Told>('GET', `/audit/history?${query}`, { token });
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };
  const sentences = async (query: string): Promise<string[]> =>
    (await asked(query)).items.map(({ sentence }) => sentence);

  describe('what happened', () => {
    it('is found by whom, to whom, in which group, of which type and when', async () => {
      const muted = await asked('to=ben&type=MemberMuted&from=2026-01-01T00:00:00Z');
      expect(muted.items).to.have.length(1);
      expect(muted.items[0]).to.deep.include({
        aggregate: 'group/club',
        by: ['ann'],
        to: ['ben'],
        groupId: 'club',
        api: 'v1',
      });
      expect(muted.items[0]?.sentence).to.match(/^ann muted ben until/);
      expect(await sentences('to=ben&by=ann&group=club&until=2026-01-01T00:00:00Z')).to.deep.equal([]);
      const correlation = muted.items[0]?.correlationId ?? '';
      expect((await asked(`correlationId=${correlation}`)).items[0]?.id).to.equal(muted.items[0]?.id);
      expect(await sentences('aggregate=user/ben')).to.have.length(1);
      expect(await sentences('aggregate=group/club&to=ben&order=newest')).to.have.length(2);
      expect((await v1.call('GET', '/audit/history?aggregate=nothing', { token: eva })).status).to.equal(400);
    });

    it('comes in pages that miss nothing and repeat nothing, and go on in their own list only', async () => {
      for (const list of ['group=club', 'by=ann', 'type=MemberJoined', 'aggregate=group/club', 'order=newest']) {
        const whole = (await asked(`${list}&limit=1000`)).items.map(({ id }) => id);
        const paged: string[] = [];
        for (let cursor = ''; ;) {
          const page: Told = await asked(`${list}&limit=2${cursor}`);
          paged.push(...page.items.map(({ id }) => id));
          if (page.next === null) break;
          cursor = `&cursor=${page.next}`;
          const other = await v1.call('GET', `/audit/history?to=ann${cursor}`, { token: eva });
          expect(other.status).to.equal(400);
          const foreign = await v1.call('GET', `/audit/history?${list}&limit=2${cursor}`, { token: foreignEva });
          expect(foreign.status).to.equal(400);
        }
        expect(paged, list).to.deep.equal(whole).and.have.length.above(1);
      }
    });

    it('shows what messages say only where it is asked for, and nothing of another tenant', async () => {
      await v1.call('POST', '/conversations/user:bob/messages', {
        token: ann,
        body: { text: 'a secret', clientMsgId: 'm1' },
      });
      expect(JSON.stringify(await asked('to=bob'))).to.not.contain('a secret');
      expect(JSON.stringify(await asked('to=bob&content=true'))).to.contain('a secret');
      const theirs = (await asked('limit=1000', foreignEva)).items.map(({ aggregate }) => aggregate);
      expect(new Set(theirs)).to.deep.equal(new Set(['user/eva']));
    });
  });

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
