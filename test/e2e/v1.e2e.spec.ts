import { expect } from 'chai';
import { ENGINES } from '../support/engines.js';
import { eventually } from '../support/eventually.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

interface Person {
  userId: string;
  token: string;
}

for (const engine of ENGINES)
  describe(`/v1: a group and its people, on ${engine}`, () => {
    let parley: RunningParley;
    let v1: V1Client;
    let root: Person, ada: Person, bob: Person, eve: Person;
    let count = 0;

    before(async () => {
      parley = await runParley({ PARLEY_APP_ADMINS: 'root,boss' }, engine);
      v1 = new V1Client(parley.url);
      [root, ada, bob, eve] = (await Promise.all(['root', 'ada', 'bob', 'eve'].map((name) => v1.person(name)))) as [
        Person,
        Person,
        Person,
        Person,
      ];
    });
    after(() => parley.stop());

    /** A group of ada's with bob in it. */
    async function givenGroup(body: object = {}): Promise<string> {
      const groupId = `g${(++count).toString()}`;
      const made = await v1.call('POST', '/groups', {
        token: ada.token,
        body: { groupId, name: 'Book club', members: ['bob'], ...body },
      });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      return groupId;
    }
    const historyOf = async (groupId: string): Promise<string[]> =>
      (
        await v1.call<{ items: { type: string }[] }>('GET', `/groups/${groupId}/events`, { token: root.token })
      ).body.items.map((e) => e.type);
    const events = async (groupId: string): Promise<number> => (await historyOf(groupId)).length;

    describe('people', () => {
      it('given nobody, when somebody registers, then he can log in and see himself', async () => {
        const { token } = await v1.person('carol');
        // A question waits for its caller's own writes, but not for long.
        let me = await v1.call('GET', '/users/me', { token });
        await eventually(async () => {
          if (me.status !== 200) me = await v1.call('GET', '/users/me', { token });
          expect(me.status).to.equal(200);
        }, 20_000);
        expect(me.body).to.include({ userId: 'carol', nickname: 'carol' });
        expect(me.body['number']).to.be.at.least(2 ** 52);
        expect(me.body).to.not.have.property('phone');
      });

      it('given a taken login or user id, then 409 and the first keeps it', async () => {
        const again = { login: 'ada@example.org', password: 'another password', nickname: 'x' };
        expect((await v1.call('POST', '/users', { body: { userId: 'ada-two', ...again } })).body).to.include({
          status: 409,
          code: 'LoginTaken',
        });
        expect(
          (await v1.call('POST', '/users', { body: { userId: 'ada', ...again, login: 'new@example.org' } })).body,
        ).to.include({ status: 409, code: 'UserIdTaken' });
        expect(
          (await v1.call('POST', '/sessions', { body: { login: 'ada@example.org', password: 'password of ada' } }))
            .status,
        ).to.equal(201);
      });

      it('given a wrong password or an unknown login, then the same 401', async () => {
        const wrong = await v1.call('POST', '/sessions', { body: { login: 'bob@example.org', password: 'not his' } });
        const unknown = await v1.call('POST', '/sessions', {
          body: { login: 'nobody@example.org', password: 'not his' },
        });
        expect(wrong.status).to.equal(401);
        expect({ ...unknown.body, correlationId: '' }).to.deep.equal({ ...wrong.body, correlationId: '' });
      });

      it('given an id of 16 digits, which is the form of the server’s own, then 400', async () => {
        const answer = await v1.call('POST', '/users', {
          body: { userId: '4503599627370496', login: 'd@example.org', password: 'long enough', nickname: 'D' },
        });
        expect(answer.body).to.include({ status: 400, code: 'InvalidArgument' });
      });
    });

    describe('sessions and passwords', () => {
      const privacy = async (token: string): Promise<number> =>
        (await v1.call('GET', '/users/me/privacy', { token })).status;
      const session = async (name: string, password = `password of ${name}`): Promise<string> => {
        const { body } = await v1.call('POST', '/sessions', { body: { login: `${name}@example.org`, password } });
        return String(body['token'] ?? body['code']);
      };
      const change = async (token: string, body: object, userId = 'me'): Promise<unknown> => {
        const answer = await v1.call('PUT', `/users/${userId}/password`, { token, body });
        return answer.body['code'] ?? answer.status;
      };

      before(async () => {
        const { token } = await v1.person('mover');
        await eventually(async () => {
          expect(await privacy(token)).to.equal(200);
        }, 20_000);
      });

      it('given two sessions, when one is logged out, then the other goes on', async () => {
        const [one, two] = [await session('mover'), await session('mover')];
        const gone = await v1.call('DELETE', '/sessions/current', { token: one });
        expect([gone.status, gone.body]).to.deep.equal([204, {}]);
        expect([await privacy(one), await privacy(two)]).to.deep.equal([401, 200]);
        expect((await v1.call('DELETE', '/sessions/current', { token: one })).status).to.equal(401);
      });

      it('given sessions, when all are logged out, then the next one is good', async () => {
        const [one, two] = [await session('mover'), await session('mover')];
        expect((await v1.call('DELETE', '/sessions', { token: one })).status).to.equal(204);
        expect([await privacy(one), await privacy(two)]).to.deep.equal([401, 401]);
        expect(await privacy(await session('mover'))).to.equal(200);
      });

      it('given the old password, when it is changed, then other sessions end and the new one counts', async () => {
        const [one, two] = [await session('mover'), await session('mover')];
        const passwords = { oldPassword: 'password of mover', newPassword: 'a better one' };
        expect(await change(one, { ...passwords, oldPassword: 'a wrong one' })).to.equal('WrongPassword');
        expect(await change(one, { ...passwords, newPassword: 'short' })).to.equal('InvalidRequest');
        expect(await change(one, passwords, 'ada')).to.equal('NotPermitted');
        expect([await privacy(one), await privacy(two)]).to.deep.equal([200, 200]);
        expect(await change(one, passwords, 'mover')).to.equal(204);
        expect([await privacy(one), await privacy(two)]).to.deep.equal([200, 401]);
        expect(await session('mover')).to.equal('BadCredentials');
        expect(await privacy(await session('mover', 'a better one'))).to.equal(200);
      });

      it('nobody changes a password for somebody else, and guessing at one is bounded', async () => {
        const passwords = { oldPassword: 'password of bob', newPassword: 'a better one' };
        const answer = await v1.call('PUT', '/users/me/password', {
          token: root.token,
          body: passwords,
          headers: { 'parley-on-behalf-of': 'bob' },
        });
        expect(answer.body['code']).to.equal('NotPermitted');
        const told: unknown[] = [];
        for (let n = 0; n < 11; n++) told.push(await change(eve.token, { ...passwords, oldPassword: 'guessed' }));
        expect(told).to.deep.equal([...Array.from({ length: 10 }, () => 'WrongPassword'), 'TooManyAttempts']);
      });
    });

    describe('a life of a group', () => {
      it('given three people, when they create, join, mute, promote, hand over and dismiss, then the history says each', async () => {
        const made = await v1.call('POST', '/groups', {
          token: ada.token,
          body: { name: 'Book club', members: ['bob'] },
        });
        expect(made.status).to.equal(201);
        const groupId = made.body['id'] as string;
        expect(groupId).to.match(/^\d{16}$/);
        expect(made.headers.get('location')).to.equal(`/v1/groups/${groupId}`);
        const path = `/groups/${groupId}`;

        const steps: [string, string, Person, object | undefined][] = [
          ['PUT', `${path}/members/me`, eve, undefined],
          ['PUT', `${path}/members/eve/mute`, ada, { forSeconds: 600 }],
          ['DELETE', `${path}/members/eve/mute`, ada, undefined],
          ['PUT', `${path}/mute`, ada, { speakers: ['eve'] }],
          ['DELETE', `${path}/mute`, ada, undefined],
          ['PATCH', `${path}/members/bob`, ada, { role: 'admin' }],
          ['PATCH', path, bob, { name: 'Bookish', introduction: 'we read' }],
          ['DELETE', `${path}/members/eve?reason=spoilers`, bob, undefined],
          ['PUT', `${path}/owner`, ada, { userId: 'bob' }],
          ['DELETE', `${path}/members/me`, ada, undefined],
        ];
        for (const [method, at, { token }, body] of steps) {
          const answer = await v1.call(method, at, { token, ...(body === undefined ? {} : { body }) });
          expect(answer.status, `${method} ${at}: ${JSON.stringify(answer.body)}`).to.equal(200);
          expect(answer.body['changed'], `${method} ${at}`).to.equal(true);
        }
        const gone = await v1.call('DELETE', path, { token: bob.token });
        expect(gone.status).to.equal(200);

        expect(await historyOf(groupId)).to.deep.equal([
          'GroupCreated',
          'MemberJoined',
          'MemberJoined',
          'MemberJoined',
          'MemberMuted',
          'MemberUnmuted',
          'GroupMuted',
          'GroupUnmuted',
          'MemberRoleChanged',
          'GroupProfileChanged',
          'MemberRemoved',
          'OwnerTransferred',
          'MemberLeft',
          'GroupDismissed',
        ]);
        const read = await v1.call('GET', `${path}?minPosition=${gone.body['position'] as string}`, {
          token: bob.token,
        });
        expect(read.body).to.include({ status: 'dismissed', name: 'Bookish', ownerId: 'bob', memberCount: 1 });
        expect(read.headers.get('etag')).to.equal('"13"');
      });

      it('given a dismissed group, then every command is 410 and writes nothing', async () => {
        const groupId = await givenGroup();
        await v1.call('DELETE', `/groups/${groupId}`, { token: ada.token });
        const before = await events(groupId);
        for (const [method, at, body] of [
          ['PUT', '/members/me', undefined],
          ['DELETE', '/members/bob', undefined],
          ['PATCH', '', { name: 'x' }],
          ['PUT', '/mute', {}],
          ['DELETE', '/mute', undefined],
          ['PUT', '/owner', { userId: 'bob' }],
          ['DELETE', '', undefined],
        ] as const) {
          const answer = await v1.call(method, `/groups/${groupId}${at}`, {
            token: ada.token,
            ...(body === undefined ? {} : { body }),
          });
          expect(answer.body, `${method} ${at}`).to.include({ status: 410, code: 'GroupDismissed' });
        }
        expect(await events(groupId)).to.equal(before);
        const reused = await v1.call('POST', '/groups', { token: ada.token, body: { groupId, name: 'again' } });
        expect(reused.body).to.include({ status: 409, code: 'GroupIdTaken' });
      });

      it('given the openim preset, when the owner hands over, then he gets the new owner’s former role; and the owner may not leave', async () => {
        const groupId = await givenGroup({ preset: 'openim', members: [], admins: ['bob'] });
        expect((await v1.call('DELETE', `/groups/${groupId}/members/me`, { token: ada.token })).body).to.include({
          code: 'OwnerMayNotLeave',
          status: 409,
        });
        const moved = await v1.call('PUT', `/groups/${groupId}/owner`, { token: ada.token, body: { userId: 'bob' } });
        const roles = await v1.call<{ items: { userId: string; role: string }[] }>(
          'GET',
          `/groups/${groupId}/members?minPosition=${moved.body['position'] as string}`,
          { token: ada.token },
        );
        expect(roles.body.items.map(({ userId, role }) => [userId, role])).to.deep.equal([
          ['bob', 'owner'],
          ['ada', 'admin'],
        ]);
        const asked = await v1.call('PUT', `/groups/${groupId}/members/me`, { token: eve.token });
        expect(asked.body['outcome']).to.include({ result: 'requested' });
      });

      it('given it is already so, when it is asked again, then 200, nothing changed and nothing written', async () => {
        const groupId = await givenGroup();
        const before = await events(groupId);
        const again = await v1.call('PUT', `/groups/${groupId}/members/me`, { token: bob.token });
        expect(again.status).to.equal(200);
        expect(again.body['changed']).to.equal(false);
        expect(await events(groupId)).to.equal(before);
      });
    });

    describe('what commands promise', () => {
      it('Idempotency-Key: a repeat is answered as the first, another body is 422, another person’s key is his own', async () => {
        const body = { name: 'Once' };
        const headers = { 'idempotency-key': 'create-once' };
        const [first, ...others] = await Promise.all(
          Array.from({ length: 8 }, () => v1.call('POST', '/groups', { token: ada.token, body, headers })),
        );
        expect(first!.status).to.equal(201);
        for (const other of others) {
          expect(other.status).to.equal(201);
          expect(other.body).to.deep.equal(first!.body);
        }
        const otherBody = await v1.call('POST', '/groups', { token: ada.token, body: { name: 'Twice' }, headers });
        expect(otherBody.body).to.include({ status: 422, code: 'IdempotencyKeyReused' });
        const bobs = await v1.call('POST', '/groups', { token: bob.token, body, headers });
        expect(bobs.status).to.equal(201);
        expect(bobs.body['id']).to.not.equal(first!.body['id']);
      });

      it('If-Match: at the revision seen it is done, at another it is 412, and malformed it is 400', async () => {
        const groupId = await givenGroup();
        const etag = (
          await v1.call('PATCH', `/groups/${groupId}`, { token: ada.token, body: { name: 'One' } })
        ).headers.get('etag')!;
        const rename = (name: string, match: string): Promise<{ status: number }> =>
          v1.call('PATCH', `/groups/${groupId}`, { token: ada.token, body: { name }, headers: { 'if-match': match } });
        expect((await rename('Two', etag)).status).to.equal(200);
        expect((await rename('Three', etag)).status).to.equal(412);
        expect((await rename('Three', 'W/"3"')).status).to.equal(400);
      });

      it('If-None-Match: an unchanged group is 304', async () => {
        const groupId = await givenGroup();
        const { position } = (
          await v1.call<{ position: string }>('PATCH', `/groups/${groupId}`, {
            token: ada.token,
            body: { name: 'Seen' },
          })
        ).body;
        const seen = await v1.call('GET', `/groups/${groupId}?minPosition=${position}`, { token: ada.token });
        const again = await v1.call('GET', `/groups/${groupId}`, {
          token: ada.token,
          headers: { 'if-none-match': seen.headers.get('etag')! },
        });
        expect(again.status).to.equal(304);
      });

      it('minPosition: a query waits for the position of a command, and a position of another store is 410', async () => {
        for (let round = 0; round < 20; round++) {
          const groupId = await givenGroup({ name: `r${round.toString()}` });
          const { position } = (
            await v1.call<{ position: string }>('PATCH', `/groups/${groupId}`, {
              token: ada.token,
              body: { introduction: 'new' },
            })
          ).body;
          const read = await v1.call('GET', `/groups/${groupId}?minPosition=${position}`, { token: bob.token });
          expect(read.body['introduction']).to.equal('new');
        }
        const foreign = await v1.call('GET', '/groups?minPosition=elsewhere:00000000000000000001', {
          token: ada.token,
        });
        expect(foreign.body).to.include({ status: 410, code: 'CursorGone' });
      });

      it('without it, a query waits for what its own caller wrote last', async () => {
        for (let round = 0; round < 20; round++) {
          const groupId = await givenGroup({ name: `own ${round.toString()}` });
          const read = await v1.call('GET', `/groups/${groupId}`, { token: ada.token });
          expect(read.body['memberCount']).to.equal(2);
        }
      });

      it('pages: all members come once, in order, through cursors', async () => {
        const groupId = await givenGroup({ members: ['bob'], admins: ['root'] });
        const joined = await v1.call<{ position: string }>('PUT', `/groups/${groupId}/members/me`, {
          token: eve.token,
        });
        const seen: string[] = [];
        for (let cursor = ''; ;) {
          const page = await v1.call<{ items: { userId: string }[]; total: number; next: string | null }>(
            'GET',
            `/groups/${groupId}/members?limit=1&minPosition=${joined.body.position}${cursor}`,
            { token: ada.token },
          );
          expect(page.body.total).to.equal(4);
          seen.push(...page.body.items.map((m) => m.userId));
          if (page.body.next === null) break;
          cursor = `&cursor=${page.body.next}`;
        }
        expect(seen).to.deep.equal(['ada', 'root', 'bob', 'eve']);
        expect(
          (await v1.call('GET', `/groups/${groupId}/members?cursor=nonsense`, { token: ada.token })).status,
        ).to.equal(400);
      });
    });

    describe('who may', () => {
      it('an app admin acts on behalf of others, and the history records both', async () => {
        const groupId = await givenGroup();
        const onBehalf = { 'parley-on-behalf-of': 'ada' };
        const answer = await v1.call('PUT', `/groups/${groupId}/members/bob/mute`, {
          token: root.token,
          body: {},
          headers: onBehalf,
        });
        expect(answer.status).to.equal(200);
        const { items } = (
          await v1.call<{ items: { actor: object; sentence: string; data: object }[] }>(
            'GET',
            `/groups/${groupId}/events`,
            { token: root.token },
          )
        ).body;
        expect(items.at(-1)!.actor).to.deep.equal({ kind: 'appAdmin', id: 'root', onBehalfOf: 'ada' });
        expect(items.at(-1)!.data).to.include({ by: 'ada', until: null });
        const forged = await v1.call('PUT', `/groups/${groupId}/mute`, {
          token: bob.token,
          body: {},
          headers: onBehalf,
        });
        expect(forged.body).to.include({ status: 403, code: 'Forbidden' });
      });

      const refusals: [string, () => Promise<[string, string, Person, object?]>, number, string][] = [
        [
          'a stranger joins for somebody else',
          async () => ['PUT', `/groups/${await givenGroup()}/members/carol`, eve],
          403,
          'NotPermitted',
        ],
        [
          'a member removes another',
          async () => ['DELETE', `/groups/${await givenGroup({ members: ['bob', 'eve'] })}/members/eve`, bob],
          403,
          'NotGroupManager',
        ],
        [
          'a member mutes the owner',
          async () => ['PUT', `/groups/${await givenGroup()}/members/ada/mute`, bob, {}],
          403,
          'NotGroupManager',
        ],
        [
          'a member mutes everybody',
          async () => ['PUT', `/groups/${await givenGroup()}/mute`, bob, {}],
          403,
          'NotGroupManager',
        ],
        [
          'a member promotes himself',
          async () => ['PATCH', `/groups/${await givenGroup()}/members/bob`, bob, { role: 'admin' }],
          403,
          'NotGroupOwner',
        ],
        [
          'a member takes the group',
          async () => ['PUT', `/groups/${await givenGroup()}/owner`, bob, { userId: 'bob' }],
          403,
          'NotGroupOwner',
        ],
        ['a member dismisses', async () => ['DELETE', `/groups/${await givenGroup()}`, bob], 403, 'NotGroupOwner'],
        [
          'an outsider renames',
          async () => ['PATCH', `/groups/${await givenGroup()}`, eve, { name: 'mine' }],
          403,
          'NotGroupMember',
        ],
        [
          'an unknown group',
          async () => Promise.resolve(['PUT', '/groups/no-such/members/me', eve]),
          404,
          'GroupNotFound',
        ],
        [
          'the group goes to an outsider',
          async () => ['PUT', `/groups/${await givenGroup()}/owner`, ada, { userId: 'eve' }],
          404,
          'MemberNotFound',
        ],
        [
          'an unknown initial member',
          async () => Promise.resolve(['POST', '/groups', ada, { name: 'x', members: ['nobody-at-all'] }]),
          404,
          'UserNotFound',
        ],
        [
          'a group for somebody else',
          async () => Promise.resolve(['POST', '/groups', eve, { name: 'x', ownerId: 'ada' }]),
          403,
          'NotPermitted',
        ],
        [
          'a member reads the history',
          async () => ['GET', `/groups/${await givenGroup()}/events`, bob],
          403,
          'Forbidden',
        ],
      ];
      for (const [what, request, status, code] of refusals) {
        it(`${what}: ${status.toString()} ${code}, and nothing is written`, async () => {
          const [method, at, { token }, body] = await request();
          const groupId = /^\/groups\/(g\d+)/.exec(at)?.[1];
          const before = groupId === undefined ? 0 : await events(groupId);
          const answer = await v1.call(method, at, { token, ...(body === undefined ? {} : { body }) });
          expect(answer.body).to.include({ status, code });
          expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
          if (groupId !== undefined) expect(await events(groupId)).to.equal(before);
        });
      }

      it('a token is bound to its tenant: another tenant’s header is refused, and its groups are not there', async () => {
        const groupId = await givenGroup();
        const stranger = await v1.person('ada', { tenant: parley.otherTenant });
        expect((await v1.call('PUT', `/groups/${groupId}/members/me`, { token: stranger.token })).body).to.include({
          code: 'GroupNotFound',
        });
        expect((await v1.call('GET', `/groups/${groupId}`, { token: stranger.token })).status).to.equal(404);
        const header = await v1.call('GET', '/users/me', {
          token: ada.token,
          headers: { 'x-tenant-id': parley.otherTenant },
        });
        expect(header.body).to.include({ status: 403, code: 'Forbidden' });
        const empty = await v1.call('GET', '/users/me', { token: ada.token, headers: { 'x-tenant-id': '' } });
        expect(empty.status, 'an empty header names none').to.equal(200);
      });

      it('no token, a broken one and one signed by somebody else are 401', async () => {
        const [head, payload] = ada.token.split('.');
        for (const token of [undefined, 'nonsense', `${head!}.${payload!}.AAAA`]) {
          const answer = await v1.call('GET', '/users/me', token === undefined ? {} : { token });
          expect(answer.body).to.include({ status: 401, code: 'Unauthenticated' });
          expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
        }
      });
    });

    describe('bad input', () => {
      const bad: [string, string, string, string | undefined, number, string][] = [
        ['no JSON', 'POST', '/groups', '{"name":', 400, 'MalformedJson'],
        ['no object', 'POST', '/groups', '[1]', 400, 'InvalidRequest'],
        ['no body', 'POST', '/groups', undefined, 400, 'InvalidRequest'],
        ['a missing field', 'POST', '/groups', '{}', 400, 'InvalidRequest'],
        ['an unknown field', 'POST', '/groups', '{"name":"x","ownre":"ada"}', 400, 'InvalidRequest'],
        ['a wrong type', 'POST', '/groups', '{"name":7}', 400, 'InvalidRequest'],
        [
          'a wrong nested type',
          'POST',
          '/groups',
          '{"name":"x","joinPolicy":{"selfJoin":"maybe","memberInvite":"joins"}}',
          400,
          'InvalidRequest',
        ],
        ['a blank name', 'POST', '/groups', '{"name":"  "}', 400, 'InvalidArgument'],
        ['a name one too long', 'POST', '/groups', JSON.stringify({ name: 'x'.repeat(101) }), 400, 'InvalidArgument'],
        [
          'a name of 300,000 characters',
          'POST',
          '/groups',
          JSON.stringify({ name: 'x'.repeat(300_000) }),
          400,
          'InvalidRequest',
        ],
        [
          'a name of a million characters',
          'POST',
          '/groups',
          JSON.stringify({ name: 'x'.repeat(1_000_000) }),
          413,
          'BodyTooLarge',
        ],
        ['U+0000 in a name', 'POST', '/groups', '{"name":"a\\u0000b"}', 400, 'InvalidRequest'],
        ['a lone surrogate in a name', 'POST', '/groups', '{"name":"a\\ud800b"}', 400, 'InvalidRequest'],
        ['an id with a slash', 'POST', '/groups', '{"groupId":"a/b","name":"x"}', 400, 'InvalidRequest'],
        [
          'a prototype’s name as a field',
          'POST',
          '/groups',
          '{"name":"x","__proto__":{"ownerId":"bob"}}',
          400,
          'InvalidRequest',
        ],
        ['a constructor’s name as a field', 'POST', '/groups', '{"name":"x","constructor":{}}', 400, 'InvalidRequest'],
        [
          '5,000 arrays in each other',
          'POST',
          '/groups',
          `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`,
          400,
          'InvalidRequest',
        ],
        ['U+0000 in a path', 'GET', '/groups/%00/members', undefined, 400, 'InvalidRequest'],
        [
          'a revision beyond all numbers',
          'GET',
          '/groups/x/events?from=9223372036854775808',
          undefined,
          403,
          'Forbidden',
        ],
        ['an id that means somebody else', 'POST', '/groups', '{"groupId":"..","name":"x"}', 400, 'InvalidArgument'],
        ['too long a page', 'GET', '/groups?limit=1001', undefined, 400, 'InvalidRequest'],
        ['a page of text', 'GET', '/groups?limit=many', undefined, 400, 'InvalidRequest'],
        ['a parameter twice', 'GET', '/groups?cursor=a&cursor=b', undefined, 400, 'InvalidRequest'],
        ['an unknown parameter', 'GET', '/groups?page=2', undefined, 400, 'InvalidRequest'],
        ['a broken escape', 'GET', '/groups/%E0%A4%A', undefined, 400, 'InvalidRequest'],
        ['an unknown path', 'GET', '/gruops', undefined, 404, 'NotFound'],
        ['a method it does not have', 'POST', '/groups/x/mute', '{}', 405, 'MethodNotAllowed'],
      ];
      for (const [what, method, path, rawBody, status, code] of bad) {
        it(`${what}: ${status.toString()} ${code}`, async () => {
          const answer = await v1.call(method, path, {
            token: ada.token,
            ...(rawBody === undefined ? {} : { rawBody }),
          });
          expect(answer.body, JSON.stringify(answer.body).slice(0, 300)).to.include({ status, code });
          expect(answer.status).to.equal(status);
          expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
          expect(answer.body['correlationId']).to.be.a('string');
        });
      }

      it('a body that is not JSON, not UTF-8 or not what it says: 415 or 400', async () => {
        const send = async (headers: Record<string, string>, body: Uint8Array | string): Promise<number> =>
          (
            await fetch(`${parley.url}/v1/groups`, {
              method: 'POST',
              headers: { authorization: `Bearer ${ada.token}`, ...headers },
              body,
            })
          ).status;
        expect(await send({ 'content-type': 'text/plain' }, '{"name":"x"}')).to.equal(415);
        expect(await send({ 'content-type': 'application/json' }, Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))).to.equal(415);
        expect(await send({ 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{"name":"x"}')).to.equal(
          400,
        );
        const beyond = await v1.call('GET', '/groups/x/events?from=9223372036854775808', { token: root.token });
        expect(beyond.body).to.include({ status: 400, code: 'InvalidRequest' });
      });

      it('the id of an app admin is not for whoever comes first', async () => {
        const body = { userId: 'boss', login: 'boss@example.org', password: 'long enough', nickname: 'Boss' };
        for (const secret of [undefined, 'a wrong one', '']) {
          const headers: Record<string, string> = secret === undefined ? {} : { 'parley-admin-secret': secret };
          expect((await v1.call('POST', '/users', { body, headers })).body).to.include({
            status: 403,
            code: 'NotPermitted',
          });
        }
        const self = { userID: 'boss', nickname: 'evil', password: 'long enough' };
        const other = await fetch(`${parley.url}/openim/user/self_register`, {
          method: 'POST',
          body: JSON.stringify(self),
        });
        expect(await other.json()).to.include({ errCode: 1002 });
      });

      it('nobody is called "me": the name means the caller', async () => {
        const body = { userId: 'me', login: 'me@example.org', password: 'long enough', nickname: 'Me' };
        expect((await v1.call('POST', '/users', { body })).body).to.include({ status: 400, code: 'InvalidArgument' });
      });

      it('two deadlines for one mute, or one that has passed: 400', async () => {
        const groupId = await givenGroup();
        const mute = (body: object): Promise<{ status: number }> =>
          v1.call('PUT', `/groups/${groupId}/members/bob/mute`, { token: ada.token, body });
        expect((await mute({ forSeconds: 5, until: '2999-01-01T00:00:00Z' })).status).to.equal(400);
        expect((await mute({ until: '2001-01-01T00:00:00Z' })).status).to.equal(400);
        expect((await mute({ until: '2030-W01' })).status).to.equal(400);
        expect((await mute({ until: '2999-01-01T00:00:00Z' })).status).to.equal(200);
        expect((await mute({ until: null })).status).to.equal(200);
      });
    });

    describe('the document', () => {
      it('OpenAPI 3.1 names every operation that is served, each with its answers and problems', async () => {
        const { status, body } = await v1.call<{
          openapi: string;
          paths: Record<string, Record<string, { operationId: string; responses: object }>>;
          components: { schemas: object };
        }>('GET', '/openapi.json');
        expect(status).to.equal(200);
        expect(body.openapi).to.equal('3.1.0');
        const operations = Object.values(body.paths).flatMap((item) => Object.values(item));
        expect(new Set(operations.map((op) => op.operationId)).size).to.equal(operations.length);
        expect(operations.length).to.be.at.least(19);
        const refs = [...JSON.stringify(body).matchAll(/#\/components\/schemas\/([^"]+)/g)].map(([, name]) => name!);
        expect(Object.keys(body.components.schemas)).to.include.members([...new Set(refs)]);
        for (const op of operations) expect(Object.keys(op.responses).length).to.be.at.least(2);
      });
    });
  });
