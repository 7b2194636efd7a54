import { expect } from 'chai';
import { groupPresets } from '../../domain/group/presets.js';
import { ENGINES } from '../support/engines.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { type V1Answer, V1Client } from '../support/v1-client.js';

interface Person {
  readonly userId: string;
  readonly token: string;
}
interface Item {
  readonly userId: string;
  readonly result: string;
}
interface Listed {
  readonly items: Record<string, unknown>[];
  readonly total: number;
  readonly next: string | null;
}

const NAMES = ['root', 'ada', 'bob', 'eve', 'kim', 'shy'] as const;

for (const engine of ENGINES)
  describe(`/v1: the whole group, on ${engine}`, () => {
    let parley: RunningParley;
    let v1: V1Client;
    let people: Record<(typeof NAMES)[number], Person>;
    let count = 0;
    /** The place of the last command in the log, so that every question sees what was done before it. */
    let position = '';

    before(async () => {
      parley = await runParley({ PARLEY_APP_ADMINS: 'root' }, engine);
      v1 = new V1Client(parley.url);
      const all = await Promise.all(NAMES.map((name) => v1.person(name)));
      people = Object.fromEntries(all.map((person) => [person.userId, person])) as typeof people;
      // shy wants to be asked before he is in a group.
      await done('PATCH', '/users/me/privacy', 'shy', { groupInviteConsent: true });
    });
    after(() => parley.stop());

    async function call(method: string, path: string, by: keyof typeof people, body?: object): Promise<V1Answer> {
      const answer = await v1.call(method, path, {
        token: people[by].token,
        ...(body === undefined ? {} : { body }),
      });
      const reached = answer.body['position'];
      if (typeof reached === 'string') position = reached;
      return answer;
    }

    /** A command that is done; its outcome. */
    async function done(
      method: string,
      path: string,
      by: keyof typeof people,
      body?: object,
    ): Promise<Record<string, unknown>> {
      const answer = await call(method, path, by, body);
      expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).to.be.oneOf([200, 201]);
      return answer.body['outcome'] as Record<string, unknown>;
    }

    async function items(method: string, path: string, by: keyof typeof people, body: object): Promise<string[]> {
      const outcome = await done(method, path, by, body);
      return (outcome['items'] as Item[]).map(({ userId, result }) => `${userId} ${result}`);
    }

    async function read<T = Listed>(path: string, by: keyof typeof people): Promise<T> {
      const answer = await call('GET', `${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`, by);
      expect(answer.status, `GET ${path}: ${JSON.stringify(answer.body)}`).to.equal(200);
      return answer.body as T;
    }

    async function refused(
      method: string,
      path: string,
      by: keyof typeof people,
      body: object | undefined,
      status: number,
      code: string,
    ): Promise<void> {
      const answer = await call(method, path, by, body);
      expect(answer.body, `${method} ${path} by ${by}`).to.include({ status, code });
      expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    }

    /** A group of ada's with bob in it. */
    async function givenGroup(body: object = {}): Promise<string> {
      const groupId = `whole-${(++count).toString()}`;
      await done('POST', '/groups', 'ada', { groupId, name: 'Book club', members: ['bob'], ...body });
      return `/groups/${groupId}`;
    }
    const approval = { joinPolicy: { selfJoin: 'approval', memberInvite: 'approval' } };

    async function historyOf(group: string): Promise<string[]> {
      const answer = await v1.call<{ items: { type: string }[] }>('GET', `${group}/events?limit=1000`, {
        token: people.root.token,
      });
      return answer.body.items.map(({ type }) => type);
    }

    describe('creating', () => {
      for (const preset of Object.keys(groupPresets)) {
        it(`given the preset ${preset}, when a group is made of it, then it says so and starts with the preset's own`, async () => {
          const outcome = await done('POST', '/groups', 'ada', { name: 'Of a kind', preset, kind: 'demo' });
          const group = await read<Record<string, unknown>>(`/groups/${outcome['groupId'] as string}`, 'ada');
          const { defaults } = groupPresets[preset as keyof typeof groupPresets];
          expect(group).to.include({ preset, kind: 'demo', maximum: defaults.maximum });
          expect(group['joinPolicy']).to.deep.equal(defaults.joinPolicy);
        });
      }

      it('given settings and an announcement, then the group starts with them; and who wants to be asked is asked', async () => {
        const groupId = `whole-${(++count).toString()}`;
        const settings = { lookMemberInfo: false, retentionSeconds: 3600 };
        expect(
          await items('POST', '/groups', 'ada', {
            groupId,
            name: 'Set up',
            members: ['bob', 'shy'],
            settings,
            announcement: 'Welcome',
          }),
        ).to.deep.equal(['bob joined', 'shy awaitsInvitee']);
        const group = await read<{ settings: object; announcement: object; memberCount: number }>(
          `/groups/${groupId}`,
          'bob',
        );
        expect(group.settings).to.include(settings);
        expect(group.announcement).to.include({ text: 'Welcome', by: 'ada' });
        expect(group.memberCount).to.equal(2);
      });

      it('given an import, then an app admin back-dates it and waives consent, and a user may not', async () => {
        const past = { createdAt: '2020-02-03T04:05:06.000Z', consent: 'waive', members: ['shy'], name: 'Old' };
        const outcome = await done('POST', '/groups', 'root', { ...past, ownerId: 'ada' });
        const group = await read<Record<string, unknown>>(`/groups/${outcome['groupId'] as string}`, 'shy');
        expect(group).to.include({ createdAt: past.createdAt, ownerId: 'ada', memberCount: 2 });
        expect(group['origin']).to.deep.equal({ kind: 'imported' });
        await refused('POST', '/groups', 'ada', past, 403, 'NotPermitted');
        await refused('POST', '/groups', 'ada', { name: 'x', consent: 'waive' }, 403, 'NotPermitted');
        const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
        await refused('POST', '/groups', 'root', { ...past, createdAt: tomorrow }, 400, 'InvalidArgument');
      });

      it('given rules that know groups without owner, then an app admin makes one, and a user none', async () => {
        const ownerless = { name: 'Nobody', preset: 'tencent-public', ownerId: null };
        const outcome = await done('POST', '/groups', 'root', ownerless);
        expect(await read<object>(`/groups/${outcome['groupId'] as string}`, 'root')).to.include({ ownerId: null });
        await refused('POST', '/groups', 'root', { ...ownerless, preset: 'parley' }, 400, 'InvalidArgument');
        await refused('POST', '/groups', 'ada', ownerless, 403, 'NotPermitted');
      });

      it('null where a value may only be left out, or a preset that there is not: 400', async () => {
        for (const body of [
          { admins: null },
          { preset: null },
          { preset: 'club' },
          { settings: { lookMemberInfo: 1 } },
        ]) {
          await refused('POST', '/groups', 'ada', { name: 'x', ...body }, 400, 'InvalidRequest');
        }
      });
    });

    describe('invitations', () => {
      it('given a mixed list, when it is invited, then each has a result of his own; all or nothing is refused whole', async () => {
        const group = await givenGroup({ maximum: 3 });
        const userIds = ['bob', 'shy', 'eve', 'eve', 'nobody-at-all', 'kim'];
        const before = await historyOf(group);
        await refused('POST', `${group}/invitations`, 'ada', { userIds, allOrNothing: true }, 400, 'DuplicateItems');
        expect(await historyOf(group)).to.deep.equal(before);
        expect(await items('POST', `${group}/invitations`, 'ada', { userIds, reason: 'come' })).to.deep.equal([
          'bob already',
          'shy awaitsInvitee',
          'eve joined',
          'eve repeated',
          'nobody-at-all unknown',
          'kim full',
        ]);
      });

      it('given an invitation, when the invitee looks, then he finds it, and accepting makes him a member once', async () => {
        const group = await givenGroup();
        await done('POST', `${group}/invitations`, 'bob', { userIds: ['shy'], reason: 'do come' });
        const mine = await read('/users/me/invitations?status=pending', 'shy');
        expect(mine.items[0]).to.include({
          kind: 'invitation',
          inviterId: 'bob',
          message: 'do come',
          status: 'pending',
        });
        expect((await read('/users/me/invitations?as=inviter', 'bob')).items[0]).to.include({ userId: 'shy' });
        await refused('PUT', `${group}/invitations/shy/answer`, 'eve', { answer: 'accepted' }, 403, 'NotGroupMember');
        const inviteId = mine.items[0]?.['id'] as string;
        const other = { answer: 'accepted', inviteId: 'another' };
        await refused('PUT', `${group}/invitations/me/answer`, 'shy', other, 404, 'InvitationNotFound');
        expect(await done('PUT', `${group}/invitations/me/answer`, 'shy', { answer: 'accepted', inviteId })).to.include(
          {
            joined: true,
            inviteId,
          },
        );
        await refused('PUT', `${group}/invitations/me/answer`, 'shy', { answer: 'declined' }, 409, 'InvitationHandled');
        expect((await read(`${group}/members`, 'shy')).total).to.equal(3);
        expect((await read('/users/me/invitations?status=pending', 'shy')).items.map((i) => i['id'])).to.not.include(
          inviteId,
        );
      });

      it('given a group that wants approval, when a member invites, then a manager has the word; both words let in', async () => {
        const group = await givenGroup(approval);
        expect(await items('POST', `${group}/invitations`, 'bob', { userIds: ['eve', 'shy', 'kim'] })).to.deep.equal([
          'eve awaitsManager',
          'shy awaitsInvitee',
          'kim awaitsManager',
        ]);
        const asked = await read(`/users/me/applications?kind=invitation&status=pending`, 'ada');
        expect(asked.items.map((item) => item['userId'])).to.include.members(['eve', 'shy']);
        await refused('PUT', `${group}/invitations/eve/answer`, 'bob', { answer: 'accepted' }, 403, 'NotGroupManager');
        expect(await done('PUT', `${group}/invitations/eve/answer`, 'ada', { answer: 'accepted' })).to.include({
          joined: true,
        });
        await done('PUT', `${group}/invitations/kim/answer`, 'ada', { answer: 'declined', message: 'full house' });
        expect((await read(`${group}/invitations?status=refused`, 'ada')).items[0]).to.include({
          userId: 'kim',
          handledBy: 'ada',
          handledMessage: 'full house',
        });
        expect(await done('PUT', `${group}/invitations/me/answer`, 'shy', { answer: 'accepted' })).to.include({
          joined: false,
        });
        expect(await done('PUT', `${group}/invitations/shy/answer`, 'ada', { answer: 'accepted' })).to.include({
          joined: true,
        });
      });

      it('given a pending invitation, then who made it takes it back, once, and somebody else does not', async () => {
        const group = await givenGroup();
        await done('POST', `${group}/invitations`, 'bob', { userIds: ['shy'] });
        await refused('DELETE', `${group}/invitations/shy`, 'eve', undefined, 403, 'NotGroupMember');
        await done('DELETE', `${group}/invitations/shy`, 'bob');
        expect(await call('DELETE', `${group}/invitations/shy`, 'ada')).to.have.nested.property('body.changed', false);
        await refused('PUT', `${group}/invitations/me/answer`, 'shy', { answer: 'accepted' }, 409, 'InvitationHandled');
        expect((await read(`${group}/invitations`, 'shy')).items[0]).to.include({ status: 'withdrawn' });
        expect((await read(`${group}/invitations`, 'eve')).total).to.equal(0);
      });

      it('given a policy that lets members invite nobody, or an expiry that has passed: refused', async () => {
        const group = await givenGroup({ joinPolicy: { selfJoin: 'open', memberInvite: 'refused' } });
        const one = { userIds: ['eve'] };
        await refused('POST', `${group}/invitations`, 'bob', one, 403, 'InviteClosed');
        await refused('POST', `${group}/invitations`, 'kim', one, 403, 'NotGroupMember');
        const late = { ...one, expiresAt: '2001-01-01T00:00:00Z' };
        await refused('POST', `${group}/invitations`, 'ada', late, 400, 'InvalidArgument');
        await refused('POST', `${group}/invitations`, 'ada', { userIds: [] }, 400, 'InvalidRequest');
      });
    });

    describe('join requests', () => {
      it('given a group that wants approval, when somebody joins, then the receipt says that it is a request; and so it goes on', async () => {
        const group = await givenGroup(approval);
        const asked = await done('PUT', `${group}/members/me`, 'eve', { message: 'I read', source: 'search' });
        expect(asked).to.include({ userId: 'eve', result: 'requested' });
        expect((await read(`${group}/join-requests?status=pending`, 'ada')).items).to.have.lengthOf(1);
        expect((await read(`${group}/join-requests`, 'eve')).items[0]).to.include({
          id: asked['requestId'],
          message: 'I read',
          source: 'search',
          status: 'pending',
        });
        expect((await read(`${group}/join-requests`, 'bob')).total, 'a member sees his own only').to.equal(0);
        expect((await read('/users/me/join-requests', 'eve')).items[0]).to.include({ id: asked['requestId'] });
        expect((await read('/users/me/applications?kind=request', 'ada')).items[0]).to.include({ userId: 'eve' });

        const answer = `${group}/join-requests/eve/answer`;
        await refused('PUT', answer, 'bob', { answer: 'approved' }, 403, 'NotGroupManager');
        await refused('PUT', answer, 'eve', { answer: 'approved' }, 403, 'NotGroupMember');
        await refused('PUT', answer, 'ada', { answer: 'maybe' }, 400, 'InvalidRequest');
        await refused(
          'PUT',
          `${group}/join-requests/kim/answer`,
          'ada',
          { answer: 'approved' },
          404,
          'JoinRequestNotFound',
        );
        expect(await done('PUT', answer, 'ada', { answer: 'approved', message: 'welcome' })).to.include({
          joined: true,
        });
        await refused('PUT', answer, 'ada', { answer: 'refused' }, 409, 'JoinRequestHandled');
        expect(await read<object>(`${group}/members/eve`, 'eve')).to.include({ source: 'search', approvedBy: 'ada' });
      });

      for (const [answer, status] of [
        ['refused', 'refused'],
        ['ignored', 'ignored'],
      ] as const)
        it(`given a request, when it is ${answer}, then nobody joins, and he may ask again`, async () => {
          const group = await givenGroup(approval);
          await done('PUT', `${group}/members/me`, 'kim');
          expect(await done('PUT', `${group}/join-requests/kim/answer`, 'ada', { answer })).to.include({
            joined: false,
          });
          expect((await read(`${group}/join-requests`, 'kim')).items[0]).to.include({ status });
          expect(await done('PUT', `${group}/members/me`, 'kim')).to.include({ result: 'requested' });
        });

      it('given a request, then who made it takes it back, and an app admin adds him without one', async () => {
        const group = await givenGroup(approval);
        await done('PUT', `${group}/members/me`, 'kim');
        await refused('DELETE', `${group}/join-requests/kim`, 'eve', undefined, 403, 'NotPermitted');
        await done('DELETE', `${group}/join-requests/me`, 'kim');
        await refused(
          'PUT',
          `${group}/join-requests/kim/answer`,
          'ada',
          { answer: 'approved' },
          409,
          'JoinRequestHandled',
        );
        await done('PUT', `${group}/members/kim`, 'root');
        expect(await read<object>(`${group}/members/kim`, 'ada')).to.include({ source: 'admin', role: 'member' });
      });

      it('given a closed group, then nobody joins by himself', async () => {
        const group = await givenGroup({ joinPolicy: { selfJoin: 'closed', memberInvite: 'joins' } });
        await refused('PUT', `${group}/members/me`, 'kim', undefined, 403, 'JoinClosed');
      });
    });

    describe('several at once', () => {
      it('an app admin adds people, asked or not; a user may not', async () => {
        const group = await givenGroup();
        const body = { userIds: ['shy', 'bob', 'nobody-at-all'] };
        expect(await items('POST', `${group}/members`, 'root', body)).to.deep.equal([
          'shy joined',
          'bob already',
          'nobody-at-all unknown',
        ]);
        await refused('POST', `${group}/members`, 'root', { ...body, allOrNothing: true }, 404, 'UserNotFound');
        await refused('POST', `${group}/members`, 'ada', body, 403, 'Forbidden');
      });

      it('removals: each with his result, or all or nothing', async () => {
        const group = await givenGroup({ admins: ['kim'], members: ['bob', 'eve'] });
        const userIds = ['eve', 'ada', 'kim', 'shy', 'eve'];
        await refused(
          'POST',
          `${group}/removals`,
          'kim',
          { userIds: ['eve', 'ada'], allOrNothing: true },
          403,
          'TargetRoleTooHigh',
        );
        await refused('POST', `${group}/removals`, 'bob', { userIds }, 403, 'NotGroupManager');
        expect(await items('POST', `${group}/removals`, 'kim', { userIds, reason: 'spoilers' })).to.deep.equal([
          'eve removed',
          'ada owner',
          'kim self',
          'shy absent',
          'eve repeated',
        ]);
        const gone = await read(`${group}/exited-members`, 'ada');
        expect(gone.items).to.have.lengthOf(1);
        expect(gone.items[0]).to.include({
          userId: 'eve',
          how: 'removed',
          by: 'kim',
          byRole: 'admin',
          reason: 'spoilers',
        });
        await done('DELETE', `${group}/members/me`, 'bob');
        expect((await read(`${group}/exited-members`, 'root')).items[0]).to.include({ userId: 'bob', how: 'left' });
        await refused('GET', `${group}/exited-members`, 'eve', undefined, 403, 'NotGroupMember');
      });

      it('roles: each with his result, and what they are is told by id', async () => {
        const group = await givenGroup({ members: ['bob', 'eve'] });
        const body = { userIds: ['bob', 'eve', 'ada', 'shy'], role: 'admin' };
        const whole = { userIds: ['bob', 'ada'], role: 'admin', allOrNothing: true };
        await refused('PATCH', `${group}/roles`, 'ada', whole, 409, 'OwnerRoleFixed');
        // Who is no member is told alike wherever he is named: per item, or for the whole.
        const absent = { userIds: ['bob', 'shy'], allOrNothing: true };
        await refused('PATCH', `${group}/roles`, 'ada', { ...absent, role: 'admin' }, 404, 'MemberNotFound');
        await refused('POST', `${group}/removals`, 'ada', absent, 404, 'MemberNotFound');
        await refused('PATCH', `${group}/members/shy`, 'ada', { role: 'admin' }, 404, 'MemberNotFound');
        expect(await items('POST', `${group}/removals`, 'ada', { userIds: ['shy'] })).to.deep.equal(['shy absent']);
        expect(await items('PATCH', `${group}/roles`, 'ada', body)).to.deep.equal([
          'bob changed',
          'eve changed',
          'ada owner',
          'shy absent',
        ]);
        const { items: roles } = await read<{ items: { role: string | null }[] }>(
          `${group}/roles?userIds=shy,eve,ada`,
          'eve',
        );
        expect(roles.map(({ role }) => role)).to.deep.equal([null, 'admin', 'owner']);
        await refused('GET', `${group}/roles`, 'eve', undefined, 400, 'InvalidRequest');
        await refused('GET', `${group}/roles?userIds=ada`, 'shy', undefined, 403, 'NotGroupMember');
      });

      it('imports: back-dated members with cards and mutes, by app admins', async () => {
        const group = await givenGroup();
        const members = [
          { userId: 'eve', role: 'admin', joinedAt: '2021-05-06T07:08:09.000Z', card: { nickname: 'Evie' } },
          { userId: 'kim', mutedUntil: 'forever' },
          { userId: 'bob' },
          { userId: 'nobody-at-all' },
        ];
        expect(await items('POST', `${group}/imports`, 'root', { members })).to.deep.equal([
          'eve joined',
          'kim joined',
          'bob already',
          'nobody-at-all unknown',
        ]);
        expect(await read<object>(`${group}/members/eve`, 'ada')).to.include({
          nickname: 'Evie',
          role: 'admin',
          joinedAt: '2021-05-06T07:08:09.000Z',
          source: 'import',
        });
        const muted = await read(`${group}/muted-members`, 'ada');
        expect(muted.items.map((m) => [m['userId'], m['mutedUntil']])).to.deep.equal([['kim', 'forever']]);
        await refused('GET', `${group}/muted-members`, 'bob', undefined, 403, 'NotGroupManager');
        await refused('POST', `${group}/imports`, 'ada', { members }, 403, 'Forbidden');
        const bad = { members: [{ userId: 'shy', mutedUntil: 'sometime' }] };
        await refused('POST', `${group}/imports`, 'root', bad, 400, 'InvalidRequest');
      });
    });

    describe('how a group is set up', () => {
      it('given an announcement, then everybody reads it, it can be taken back, and a member publishes none', async () => {
        const group = await givenGroup();
        await done('PUT', `${group}/announcement`, 'ada', { text: 'Monday at eight' });
        expect((await read<{ announcement: object }>(group, 'bob')).announcement).to.include({
          text: 'Monday at eight',
        });
        await done('DELETE', `${group}/announcement`, 'ada');
        expect((await read<{ announcement: null }>(group, 'bob')).announcement).to.equal(null);
        await refused('PUT', `${group}/announcement`, 'bob', { text: 'mine' }, 403, 'NotGroupManager');
        await refused('PUT', `${group}/announcement`, 'ada', { text: 'x'.repeat(4001) }, 400, 'InvalidArgument');
        await refused('PUT', `${group}/announcement`, 'ada', {}, 400, 'InvalidRequest');
      });

      it('given a join policy, when one half changes, then the other stays; what the rules do not offer is refused', async () => {
        const group = await givenGroup();
        expect(
          (await done('PATCH', `${group}/join-policy`, 'ada', { selfJoin: 'closed' }))['joinPolicy'],
        ).to.deep.equal({
          selfJoin: 'closed',
          memberInvite: 'joins',
        });
        await refused('PATCH', `${group}/join-policy`, 'bob', { selfJoin: 'open' }, 403, 'NotGroupManager');
        const sealtalk = await givenGroup({ preset: 'sealtalk' });
        await refused('PATCH', `${sealtalk}/join-policy`, 'ada', { selfJoin: 'closed' }, 400, 'InvalidArgument');
      });

      it('given settings, when some change, then the rest stays, and only what changed is named', async () => {
        const group = await givenGroup();
        const first = { memberProtection: true, retentionSeconds: 86_400, maximum: 10 };
        expect((await done('PATCH', `${group}/settings`, 'ada', first))['changed']).to.have.members(Object.keys(first));
        expect((await done('PATCH', `${group}/settings`, 'ada', { ...first, maximum: 9 }))['changed']).to.deep.equal([
          'maximum',
        ]);
        const shown = await read<{ settings: object; maximum: number }>(group, 'bob');
        expect(shown.maximum).to.equal(9);
        expect(shown.settings).to.deep.equal({
          memberProtection: true,
          lookMemberInfo: true,
          addMemberAsFriend: true,
          retentionSeconds: 86_400,
        });
        expect((await done('PATCH', `${group}/settings`, 'ada', { retentionSeconds: null }))['changed']).to.deep.equal([
          'retentionSeconds',
        ]);
        await refused('PATCH', `${group}/settings`, 'ada', { maximum: 1 }, 400, 'InvalidArgument');
        await refused('PATCH', `${group}/settings`, 'ada', { maximum: 100_001 }, 400, 'InvalidArgument');
        await refused('PATCH', `${group}/settings`, 'bob', { memberProtection: false }, 403, 'NotGroupManager');
      });

      it('given a suspended group, then only app admins act, its members leave, and its end lets everybody act again', async () => {
        const group = await givenGroup({ members: ['bob', 'eve'] });
        await done('PUT', `${group}/suspension`, 'root', { mode: 'blocked', reason: 'a complaint' });
        expect((await read<{ suspension: object }>(group, 'bob')).suspension).to.include({
          mode: 'blocked',
          reason: 'a complaint',
          by: 'root',
        });
        await refused('PATCH', group, 'ada', { name: 'x' }, 403, 'GroupSuspended');
        await refused('POST', `${group}/invitations`, 'ada', { userIds: ['kim'] }, 403, 'GroupSuspended');
        await done('DELETE', `${group}/members/me`, 'eve');
        await done('PATCH', group, 'root', { name: 'Under review' });
        await done('DELETE', `${group}/suspension?reason=settled`, 'root');
        await done('PATCH', group, 'ada', { name: 'Ours again' });
        await refused('PUT', `${group}/suspension`, 'ada', { mode: 'noChat' }, 403, 'Forbidden');
      });

      it('given a dismissal with members, then none is left; a dismissed group takes no further command', async () => {
        const group = await givenGroup(approval);
        await done('PUT', `${group}/members/me`, 'eve');
        await done('DELETE', `${group}?removeMembers=true`, 'ada');
        expect(await read<object>(group, 'bob')).to.include({ status: 'dismissed', memberCount: 0 });
        expect((await read(`${group}/join-requests`, 'eve')).items[0]).to.include({ status: 'dismissed' });
        const attempts: [string, string, object?][] = [
          ['POST', '/invitations', { userIds: ['kim'] }],
          ['PUT', '/join-requests/eve/answer', { answer: 'approved' }],
          ['POST', '/removals', { userIds: ['bob'] }],
          ['PATCH', '/roles', { userIds: ['bob'], role: 'admin' }],
          ['PUT', '/announcement', { text: 'x' }],
          ['PATCH', '/settings', { memberProtection: true }],
          ['PATCH', '/join-policy', { selfJoin: 'open' }],
          ['PATCH', '/members/me/card', { nickname: 'x' }],
          ['POST', '/copies', { name: 'x' }],
        ];
        for (const [method, at, body] of attempts)
          await refused(method, group + at, 'ada', body, 410, 'GroupDismissed');
        await refused('PUT', `${group}/suspension`, 'root', { mode: 'noChat' }, 410, 'GroupDismissed');
      });
    });

    describe('copies', () => {
      it('given a group, when it is copied, then the new one has its people, rules and settings, and who copies owns it', async () => {
        const group = await givenGroup({ members: ['bob', 'eve', 'shy'], settings: { memberProtection: true } });
        await done('PUT', `${group}/invitations/me/answer`, 'shy', { answer: 'accepted' });
        const headers = { 'idempotency-key': 'copy-once' };
        const copied = await Promise.all(
          [1, 2].map(() =>
            v1.call('POST', `${group}/copies`, { token: people.ada.token, body: { name: 'The same' }, headers }),
          ),
        );
        expect(copied.map(({ status }) => status)).to.deep.equal([201, 201]);
        expect(copied[0]?.body['id']).to.equal(copied[1]?.body['id']);
        position = copied[0]?.body['position'] as string;
        const copy = await read<Record<string, unknown>>(`/groups/${copied[0]?.body['id'] as string}`, 'bob');
        expect(copy).to.include({ name: 'The same', ownerId: 'ada', memberCount: 3 });
        expect(copy['origin']).to.deep.equal({ kind: 'copied', from: group.slice('/groups/'.length) });
        expect(copy['settings']).to.include({ memberProtection: true });
        expect((await historyOf(group)).filter((type) => type === 'GroupCopied')).to.have.lengthOf(1);
      });

      it('given rules with an interval, a member, or an id that is taken: refused, and nothing is written', async () => {
        const young = await givenGroup({ preset: 'sealtalk' });
        await refused('POST', `${young}/copies`, 'ada', { name: 'again' }, 409, 'CopyRefused');
        const group = await givenGroup();
        const before = await historyOf(group);
        await refused('POST', `${group}/copies`, 'bob', { name: 'mine' }, 403, 'NotGroupManager');
        const taken = { name: 'again', groupId: young.slice('/groups/'.length) };
        await refused('POST', `${group}/copies`, 'ada', taken, 409, 'GroupIdTaken');
        await refused('POST', `${group}/copies`, 'ada', { name: ' ' }, 400, 'InvalidArgument');
        expect(await historyOf(group)).to.deep.equal(before);
      });
    });

    describe('cards and who sees them', () => {
      it('given a card, then others find him by it; his own option is his own to see and set', async () => {
        const group = await givenGroup({ members: ['bob', 'eve'] });
        const card = {
          nickname: 'Bobby',
          region: 'NO',
          description: ['reads'],
          customFields: [{ key: 'k', value: 'v' }],
        };
        expect(
          (await done('PATCH', `${group}/members/me/card`, 'bob', { ...card, receiveOption: 'silent' }))['changed'],
        ).to.have.members([...Object.keys(card), 'receiveOption']);
        const own = await read<Record<string, unknown>>(`${group}/members/me`, 'bob');
        expect(own).to.include({ nickname: 'Bobby', receiveOption: 'silent' });
        expect(own['card']).to.deep.include(card);
        const found = await read(`${group}/members?keyword=OBB`, 'eve');
        expect(found.items.map((m) => m['userId'])).to.deep.equal(['bob']);
        expect(found.items[0]).to.not.have.property('receiveOption');
        expect((await read(`${group}/members?role=owner`, 'eve')).items.map((m) => m['userId'])).to.deep.equal(['ada']);
        await done('PATCH', `${group}/members/bob/card`, 'ada', { nickname: null });
        expect(await read<object>(`${group}/members/bob`, 'eve')).to.include({ nickname: 'bob' });
        await refused('PATCH', `${group}/members/bob/card`, 'eve', { nickname: 'x' }, 403, 'NotGroupManager');
        await refused('PATCH', `${group}/members/bob/card`, 'ada', { receiveOption: 'all' }, 403, 'NotPermitted');
        await refused('PATCH', `${group}/members/me/card`, 'kim', { nickname: 'x' }, 403, 'NotGroupMember');
      });

      it('given an outsider, then he sees what he needs to join, and nothing else, also of what he favours', async () => {
        const group = await givenGroup({ members: ['bob'], introduction: 'We read', joinPolicy: approval.joinPolicy });
        await done('PUT', `${group}/announcement`, 'ada', { text: 'At nine, at my place' });
        await done('PUT', `${group}/mute`, 'ada', { speakers: ['bob'] });
        await done('PUT', `${group}/suspension`, 'root', { mode: 'noChat', reason: 'a complaint of eve' });
        const groupId = group.slice('/groups/'.length);
        const preview = {
          groupId,
          status: 'active',
          name: (await read<{ name: string }>(group, 'bob')).name,
          avatar: '',
          introduction: 'We read',
          memberCount: 2,
          joinPolicy: approval.joinPolicy,
        };
        const answer = await call('GET', group, 'kim');
        expect(answer.body).to.deep.equal(preview);
        expect(answer.headers.get('etag')).to.equal(null);
        await done('PUT', `/users/me/favourites/${groupId}`, 'kim');
        await done('PUT', `/users/me/favourites/${groupId}`, 'bob');
        const favourite = async (by: 'kim' | 'bob'): Promise<unknown> =>
          (await read('/users/me/favourites', by)).items[0]?.['group'];
        expect(await favourite('kim')).to.deep.equal(preview);
        for (const seen of [
          await read<object>(group, 'bob'),
          await favourite('bob'),
          await read<object>(group, 'root'),
        ]) {
          expect(seen).to.nested.include({ 'announcement.text': 'At nine, at my place', 'suspension.mode': 'noChat' });
        }
        for (const by of ['kim', 'bob'] as const) await done('DELETE', `/users/me/favourites/${groupId}`, by);
      });

      it('given lookMemberInfo off, then an ordinary member sees ids and roles of others, and searches nobody (docs/rules.md A17)', async () => {
        const group = await givenGroup({ members: ['bob', 'eve'], settings: { lookMemberInfo: false } });
        await done('PATCH', `${group}/members/me/card`, 'bob', { phone: '555' });
        const seen = (await read(`${group}/members`, 'eve')).items;
        expect(seen.filter((m) => m['userId'] !== 'eve')).to.deep.equal([
          { userId: 'ada', role: 'owner' },
          { userId: 'bob', role: 'member' },
        ]);
        expect(seen.find((m) => m['userId'] === 'eve')).to.include({ nickname: 'eve' });
        expect(await read<object>(`${group}/members/bob`, 'eve')).to.deep.equal({ userId: 'bob', role: 'member' });
        await refused('GET', `${group}/members?keyword=b`, 'eve', undefined, 403, 'NotGroupManager');
        for (const by of ['ada', 'root', 'bob'] as const) {
          const bob = await read<{ card: object }>(`${group}/members/bob`, by);
          expect(bob.card, by).to.include({ phone: '555' });
        }
      });
    });

    describe('what is a user’s own', () => {
      it('favourites: made, listed newest first, taken off; dismissed ones go', async () => {
        const groups = [await givenGroup(), await givenGroup()].map((group) => group.slice('/groups/'.length));
        for (const groupId of groups) await done('PUT', `/users/me/favourites/${groupId}`, 'kim');
        const again = await call('PUT', `/users/me/favourites/${groups[0]!}`, 'kim');
        expect(again.body['changed']).to.equal(false);
        const ids = async (): Promise<string[]> =>
          (await read('/users/me/favourites', 'kim')).items.map(({ group }) => (group as { groupId: string }).groupId);
        expect(await ids()).to.deep.equal([groups[1], groups[0]]);
        await done('DELETE', `/users/me/favourites/${groups[1]!}`, 'kim');
        expect(await ids()).to.deep.equal([groups[0]]);
        await done('DELETE', `/groups/${groups[0]!}`, 'ada');
        expect(await ids()).to.deep.equal([]);
        await refused('PUT', '/users/me/favourites/no-such', 'kim', undefined, 404, 'GroupNotFound');
        await refused('PUT', `/users/kim/favourites/${groups[1]!}`, 'eve', undefined, 403, 'NotPermitted');
        await refused('GET', '/users/kim/favourites', 'eve', undefined, 403, 'NotPermitted');
      });

      it('notices: the invitee, the manager and the applicant have news, until they clear it', async () => {
        const group = await givenGroup(approval);
        for (const by of ['ada', 'eve', 'shy'] as const) await done('DELETE', '/users/me/notices', by);
        await done('POST', `${group}/invitations`, 'ada', { userIds: ['shy'] });
        await done('PUT', `${group}/members/me`, 'eve');
        expect((await read('/users/me/notices', 'shy')).items.map((n) => n['as'])).to.deep.equal(['invitee']);
        expect((await read('/users/me/notices?as=manager', 'ada')).items.map((n) => n['as'])).to.deep.equal([
          'manager',
        ]);
        await done('PUT', `${group}/join-requests/eve/answer`, 'ada', { answer: 'approved' });
        const news = await read('/users/me/notices', 'eve');
        expect(news.items.map((n) => n['as'])).to.deep.equal(['applicant']);
        expect(news.items[0]?.['application']).to.include({ status: 'accepted' });
        await done('DELETE', '/users/me/notices', 'eve');
        expect((await read('/users/me/notices', 'eve')).items).to.deep.equal([]);
        await refused(
          'DELETE',
          '/users/me/notices?upTo=2999-01-01T00:00:00Z',
          'eve',
          undefined,
          400,
          'InvalidArgument',
        );
        await refused('GET', '/users/shy/notices', 'eve', undefined, 403, 'NotPermitted');
      });

      it('profile, privacy and receive option: his own to change; privacy his own to see', async () => {
        await done('PATCH', '/users/me', 'kim', { nickname: 'Kim K.', region: 'NO', avatar: null });
        expect(await read<object>('/users/kim', 'eve')).to.include({ nickname: 'Kim K.', region: 'NO' });
        await done('PUT', '/users/me/receive-option', 'kim', { option: 'none' });
        await done('PATCH', '/users/me/privacy', 'kim', { searchable: false });
        expect(await read<object>('/users/me/privacy', 'kim')).to.deep.equal({
          groupInviteConsent: false,
          friendRequestConsent: true,
          searchable: false,
          receiveOption: 'none',
        });
        await refused('PATCH', '/users/kim', 'eve', { nickname: 'x' }, 403, 'NotPermitted');
        await refused('PATCH', '/users/me', 'kim', { nickname: '  ' }, 400, 'InvalidArgument');
        await refused('PATCH', '/users/me', 'kim', { phone: '1' }, 400, 'InvalidRequest');
        await refused('GET', '/users/kim/privacy', 'eve', undefined, 403, 'NotPermitted');
        await refused('PUT', '/users/me/receive-option', 'kim', { option: 'loud' }, 400, 'InvalidRequest');
        await refused('PATCH', '/users/nobody-at-all', 'root', { nickname: 'x' }, 404, 'UserNotFound');
      });

      it('users by id: those that are there, in the order asked for, each once', async () => {
        const { items: found } = await read('/users?userIds=eve,nobody-at-all,ada,eve', 'bob');
        expect(found.map((user) => user['userId'])).to.deep.equal(['eve', 'ada']);
        await refused('GET', '/users', 'bob', undefined, 400, 'InvalidRequest');
      });

      it('the groups one is in, by role and kind', async () => {
        const kind = `kind-${(++count).toString()}`;
        await givenGroup({ kind });
        await givenGroup({ kind, members: [], admins: ['bob'] });
        expect((await read(`/groups?kind=${kind}`, 'bob')).total).to.equal(2);
        expect((await read(`/groups?kind=${kind}&role=admin`, 'bob')).items).to.have.lengthOf(1);
        await refused('GET', '/groups?role=boss', 'bob', undefined, 400, 'InvalidRequest');
      });
    });

    it('given a dismissed group whose rules free its id, then the id is made again, as the next incarnation', async () => {
      const group = await givenGroup({ preset: 'tencent-public' });
      await done('PUT', `${group}/members/me`, 'eve');
      await done('DELETE', group, 'ada');
      const groupId = group.slice('/groups/'.length);
      const again = { groupId, name: 'Once more', preset: 'tencent-public' };
      expect(await done('POST', '/groups', 'kim', again)).to.include({ incarnation: 2, memberCount: 1 });
      expect(await read<object>(group, 'kim')).to.include({ incarnation: 2, ownerId: 'kim', status: 'active' });
      expect((await read(`${group}/join-requests`, 'kim')).total, 'what asked the first is over').to.equal(0);
    });

    it('given characters that no text may hold, or ids that none can be, in what is asked for: no 500', async () => {
      const group = await givenGroup();
      for (const at of [
        '/groups/%00',
        '/users/%00',
        '/groups?kind=%00',
        `${group}/members?keyword=%00`,
        `${group}/members/%00`,
        `${group}/roles?userIds=%00`,
        `${group}/roles?userIds=ada&userIds=bob`,
        `${group}/roles?userIds[]=ada`,
        `${group}/members?keyword=%25_%5C`,
        `${group}/join-requests?cursor=%00`,
        '/users/me/notices?cursor=x',
        '/users/me/favourites?cursor=x',
        `${group}/exited-members?cursor=x`,
        `${group}/muted-members?cursor=x`,
      ]) {
        expect((await call('GET', at, 'ada')).status, at).to.be.below(500);
      }
      for (const [method, at, body] of [
        ['PATCH', '/users/me', { nickname: 'a\u0000' }],
        ['PATCH', `${group}/members/me/card`, { nickname: 'a\ud800' }],
        ['PATCH', `${group}/members/me/card`, { description: ['a\u0000'] }],
        ['PUT', `${group}/announcement`, { text: 'a\u0000' }],
        ['POST', `${group}/invitations`, { userIds: ['a\u0000'] }],
        ['POST', `${group}/removals`, { userIds: ['a/b'] }],
        ['PATCH', `${group}/roles`, { userIds: ['a\u0000'], role: 'admin' }],
        ['POST', `${group}/copies`, { name: 'a\u0000' }],
        ['PUT', '/users/me/favourites/%00', undefined],
        ['PUT', `${group}/members/%00`, undefined],
        ['POST', `${group}/invitations`, { userIds: ['eve'], expiresAt: '2999-W01' }],
      ] as const) {
        const { status } = await call(method, at, 'ada', body);
        expect(status, `${method} ${at}`).to.be.within(200, 499);
      }
    });

    it('commands on the new resources keep If-Match and Idempotency-Key', async () => {
      const group = await givenGroup();
      const { headers } = await call('PUT', `${group}/announcement`, 'ada', { text: 'one' });
      const put = (text: string, extra: Record<string, string>): Promise<V1Answer> =>
        v1.call('PUT', `${group}/announcement`, { token: people.ada.token, body: { text }, headers: extra });
      expect((await put('two', { 'if-match': headers.get('etag')! })).status).to.equal(200);
      expect((await put('three', { 'if-match': headers.get('etag')! })).status).to.equal(412);
      const key = { 'idempotency-key': 'announce-once' };
      expect((await put('four', key)).body).to.deep.equal((await put('four', key)).body);
      expect((await put('five', key)).status).to.equal(422);
    });
  });
