import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { accessBreak, type KeptAccess } from '../../application/audit/access-log.js';
import { openCheckpoint } from '../../application/seals/checkpoint.js';
import { provesConsistency } from '../../application/seals/proofs.js';
import { noteVerifier } from '../../application/seals/signed-note.js';
import { eventually } from '../support/eventually.js';
import { runCliHere } from '../support/in-process-cli.js';
import { runCli } from '../support/parley-process.js';
import { repositoryRoot } from '../support/repository-root.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';
const SEAL_KEY = Buffer.alloc(32, 7).toString('base64');
const VERIFIER = join(repositoryRoot(), 'tools', 'parley-verify.mjs');

describe('auditing, over HTTP', function () {
  this.timeout(60_000);

  let parley: RunningParley;
  let v1: V1Client;
  let eva: string;
  let root: string;
  let ann: string;
  let foreignEva: string;

  let files: string;

  before(async () => {
    files = await mkdtemp(join(tmpdir(), 'parley-audit-'));
    parley = await runParley(({ tenant, otherTenant }) => ({
      PARLEY_APP_ADMINS: `${tenant}/root`,
      PARLEY_AUDITORS: `${tenant}/eva,${otherTenant}/eva`,
      OPENIM_SECRET: SECRET,
      PARLEY_SEAL_KEY: SEAL_KEY,
      PARLEY_SEAL_SECONDS: '1',
      PARLEY_SEALS_FILE: join(files, 'seals'),
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
  after(async () => {
    await parley.stop();
    await rm(files, { recursive: true });
  });

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

  describe('proof', () => {
    interface Checkpoints {
      readonly key: string;
      readonly items: readonly { readonly size: number; readonly checkpoint: string }[];
    }
    const checkpoints = async (): Promise<Checkpoints> => {
      const { status, body } = await v1.call<Checkpoints>('GET', '/audit/checkpoints?limit=100', { token: eva });
      expect(status).to.equal(200);
      return body;
    };
    const problem = async (path: string, token = eva): Promise<unknown> =>
      (await v1.call<{ code: string }>('GET', path, { token })).body.code;

    it('of one event is what the stand-alone verifier takes, and refuses when a word of it is another', async () => {
      const [event] = (await asked('to=ben&type=MemberMuted')).items;
      const muted = `/audit/proof?aggregate=group/club&revision=${String(event?.revision)}`;
      await eventually(async () => (await v1.call('GET', muted, { token: eva })).status === 200);
      const proof = (await v1.call<object>('GET', muted, { token: eva })).body;
      const { key } = await checkpoints();
      const checked = async (text: string): Promise<unknown> => {
        const file = join(files, 'proof.json');
        await writeFile(file, text);
        const [code] = (await once(spawn(process.execPath, [VERIFIER, file, '--key', key]), 'exit')) as [unknown];
        return code;
      };
      const text = JSON.stringify(proof);
      expect(text).to.contain('MemberMuted');
      expect(await checked(text)).to.equal(0);
      expect(await checked(text.replaceAll('MemberMuted', 'MemberUnmuted'))).to.equal(1);
    });

    it('that nothing was changed between two checkpoints; none of what is not there, or of another tenant’s', async () => {
      // Another one is made of what happens now.
      await v1.person('cat');
      await eventually(async () => (await checkpoints()).items.length > 1);
      const { key, items } = await checkpoints();
      const [to, from] = items.map(({ checkpoint }) => openCheckpoint(checkpoint, [noteVerifier(key)]));
      const path = `/audit/consistency?first=${String(from!.size)}&second=${String(to!.size)}`;
      const { hashes } = (await v1.call<{ hashes: string[] }>('GET', path, { token: eva })).body;
      const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
      expect(provesConsistency(from!, to!, proof)).to.equal(true);
      expect(await problem('/audit/consistency?first=1&second=1000000')).to.equal('ProofNotFound');
      expect(await problem('/audit/consistency?first=2&second=1')).to.equal('ProofNotFound');
      expect(await problem('/audit/proof?aggregate=group/club&revision=900')).to.equal('ProofNotFound');
      expect(await problem('/audit/proof?aggregate=group/club&revision=0', foreignEva)).to.equal('ProofNotFound');
    });
  });

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

  describe('the state at any moment', () => {
    const got = async (path: string): Promise<Record<string, unknown>> => {
      const { status, body } = await v1.call('GET', path, { token: eva });
      expect(status, JSON.stringify(body)).to.equal(200);
      return body;
    };

    it('is folded up to a revision or a time, and compared as sentences and as a JSON Patch', async () => {
      const now = await got('/audit/state?aggregate=group/club');
      expect(now).to.have.nested.property('state.members.ben.mute.until').that.is.a('number');
      const { revision } = now as { revision: number };
      const before = await got(`/audit/state?aggregate=group/club&revision=${(revision - 1).toString()}`);
      expect(before).to.have.nested.property('state.members.ben.mute', null);
      expect(await got('/audit/state?aggregate=group/club&at=2026-01-01T00:00:00Z')).to.deep.include({
        revision: -1,
        at: null,
        state: { status: 'none' },
      });
      const diff = await got(`/audit/diff?aggregate=group/club&fromRevision=${(revision - 1).toString()}`);
      expect(diff)
        .to.have.nested.property('events[0].sentence')
        .that.matches(/^ann muted ben/);
      expect(diff).to.have.nested.property('patch[0].path', '/members/ben/mute');
      const both = '/audit/state?aggregate=group/club&revision=1&at=2026-01-01T00:00:00Z';
      expect((await v1.call('GET', both, { token: eva })).status).to.equal(400);
    });

    it('is told by the command as well, and so is what is sought and who looked', async () => {
      const cli = (...words: string[]): ReturnType<typeof runCliHere> =>
        runCliHere(['audit', ...words, '--tenant', parley.tenant], parley.env);
      const [state, diff, found, access, nothing] = await Promise.all([
        cli('state', 'group', 'club'),
        cli('diff', 'group', 'club', '--from-revision', '1', '--json'),
        cli('history', '--to', 'ben', '--type', 'MemberMuted', '--from', '2026-01-01'),
        cli('access'),
        cli('history', 'group', 'club', '--by', 'nobody', '--json'),
      ]);
      expect(state).to.deep.include({ code: 0, stderr: '' });
      expect(state.stdout).to.contain('"ownerId": "ann"');
      expect(JSON.parse(diff.stdout)).to.have.property('patch').that.is.an('array').and.is.not.empty;
      expect(found.stdout).to.match(/^group club +\d+ .*ann muted ben until .*\n1 event\.\n$/);
      expect(access.stdout).to.match(
        /auditor eva read: v1:GET \/audit\/history .*The hash chain holds over \d+ entries\.\n$/s,
      );
      expect(JSON.parse(nothing.stdout)).to.deep.equal({ events: 0, unreadable: 0 });
    });

    it('is proven by the command too: sealed, verified, exported, and checked without the server', async () => {
      const said = async (...words: string[]): Promise<string> => {
        const { code, stdout, stderr } = await runCliHere(words, parley.env);
        expect([code, stderr], words.join(' ')).to.deep.equal([0, '']);
        return stdout;
      };
      const [folder, proof] = [join(files, 'export'), join(files, 'ben.json')];
      const key = (await said('audit', 'key')).trim();
      const sealed = JSON.parse(await said('audit', 'seal', '--json')) as { size: number; checkpoint: string };
      const known = openCheckpoint(sealed.checkpoint, [noteVerifier(key)]);
      expect(known.size).to.equal(sealed.size).and.to.be.above(0);
      expect(await said('audit', 'checkpoints', '-n', '100')).to.contain(sealed.checkpoint);
      await said('audit', 'prove', `parley_user-${parley.tenant}.ben@0`, '-o', proof);
      expect(await said('audit', 'export', folder, '--user', 'ben', '--gzip')).to.contain('of a part of the log');
      expect(JSON.parse(await said('privacy', 'export', 'ben'))).to.have.nested.property('profile.userId', 'ben');
      // As an operator runs it: the built program, beside the server.
      const verified = await runCli(['audit', 'verify', '--checkpoints', join(files, 'seals')], parley.env);
      expect(verified).to.deep.include({ code: 0 });
      expect(verified.stdout).to.match(/^[\d,]+ events; .*All holds: hashes, chains and seals\.\n$/s);
      for (const what of [proof, folder]) {
        const checker = spawn(process.execPath, [VERIFIER, what, '--key', key, '--checkpoint', join(files, 'seals')]);
        expect((await once(checker, 'exit'))[0], what).to.equal(0);
      }
      const wrong = await runCliHere(['audit', 'prove', 'nothing'], parley.env);
      expect([wrong.code, wrong.stderr]).to.deep.equal([
        1,
        '"nothing" names no event: give its id, or stream@revision.\n',
      ]);
      const again = await runCliHere(['audit', 'export', folder, '--user', 'ann', '--gzip'], parley.env);
      expect([again.code, again.stderr]).to.deep.equal([
        2,
        `${folder} holds another export: name a folder of its own.\n`,
      ]);
    });
  });

  describe('who looked', () => {
    it('is kept with who was refused and who came in, in a chain, each tenant’s by itself', async () => {
      await v1.call('GET', '/audit/history?to=ben', { token: eva });
      await v1.call('GET', '/audit/history?to=ben', { token: ann });
      await v1.call('PUT', '/groups/club/mute', { token: (await v1.person('carl')).token, body: {} });
      await v1.call('POST', '/sessions', { body: { login: 'ann@example.org', password: 'not hers' } });
      const entries = async (token: string): Promise<Kept[]> =>
        (await v1.call<{ items: Kept[] }>('GET', '/audit/access?limit=1000', { token })).body.items;
      // Looks are kept before they are answered, the others within a second.
      const pool = new pg.Pool({ connectionString: parley.databaseUrl, max: 1 });
      const last = "SELECT FROM system.access_log WHERE kind = 'loginRefused'";
      await eventually(async () => (await pool.query(last)).rowCount === 1).finally(() => pool.end());
      const own = await entries(eva);
      const told = own.map(({ kind, actor, operation, outcome }) => [kind, actor?.id, operation, outcome].join(' '));
      expect(told).to.include.members([
        'read eva v1:GET /audit/history ',
        'refused ann v1:GET /audit/history Forbidden',
        'refused carl v1:PUT /groups/{groupId}/mute NotGroupMember',
        'login ann login ',
        'loginRefused ann login BadCredentials',
      ]);
      const chain = own.map(({ at, actor, ...entry }): KeptAccess => ({
        ...entry,
        tenant: parley.tenant,
        at: Date.parse(at),
        actor: actor ?? undefined,
      }));
      expect(accessBreak(chain)).to.equal(undefined);
      const foreign = await entries(foreignEva);
      expect(new Set(foreign.map(({ actor }) => actor?.id))).to.deep.equal(new Set(['eva']));
      expect(JSON.stringify(own)).to.not.contain('@example.org').and.not.contain('not hers');
    });
  });

  /** As it is answered. */
  interface Kept extends Omit<KeptAccess, 'tenant' | 'at' | 'actor'> {
    readonly at: string;
    readonly actor: KeptAccess['actor'] | null;
  }

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
      await v1.call('POST', '/conversations/user:eva/messages', { token: ann, body: { text: 'hello' } });
      const marked = await v1.call('PUT', '/conversations/user:ann/read-position', { token: eva, body: { upTo: 1 } });
      expect(marked).to.have.nested.property('body.code', 'NotPermitted');
      const read = { userID: 'eva', conversationID: 'si_ann_eva', seqs: [1] };
      const elsewhere = await openim('/msg/mark_msgs_as_read', read, eva);
      expect(elsewhere.errCode).to.equal(1002);
      await eventually(async () => {
        const looked = await v1.call<{ items: Kept[] }>('GET', '/audit/access?limit=1000', { token: eva });
        const refused = looked.body.items.filter(({ kind, actor }) => kind === 'refused' && actor?.id === 'eva');
        expect(refused.map(({ operation }) => operation)).to.include.members([
          'v1:PUT /conversations/{conversationId}/read-position',
          'openim:/msg/mark_msgs_as_read',
        ]);
      });
      expect((await v1.call('GET', '/groups/evas', { token: eva })).status).to.equal(404);
    });

    it('erases nobody, as nobody but an app admin does; what is held of a person is for himself and app admins', async () => {
      const { token: fay } = await v1.person('fay');
      await v1.call('POST', '/conversations/user:ann/messages', { token: fay, body: { text: 'what fay said' } });
      await v1.call('POST', '/conversations/user:fay/messages', { token: ann, body: { text: 'what ann said' } });
      interface Events {
        readonly items: readonly { readonly side: string; readonly event: { readonly type: string } }[];
        readonly next: string | null;
      }
      const eventsOf = async (token: string): Promise<Events['items']> => {
        const found: Events['items'][number][] = [];
        for (let cursor = ''; ;) {
          const path = `/users/fay/personal-data/events?limit=2${cursor}`;
          const { status, body } = await v1.call<Events>('GET', path, { token });
          expect(status, JSON.stringify(body)).to.equal(200);
          found.push(...body.items);
          if (body.next === null) return found;
          cursor = `&cursor=${body.next}`;
        }
      };
      const held = await eventsOf(fay);
      expect(held.map(({ side, event }) => `${side} ${event.type}`)).to.include.members([
        'by UserRegistered',
        'by MessageSent',
        'to MessageSent',
      ]);
      expect(JSON.stringify(held)).to.contain('what fay said').and.not.contain('what ann said');
      expect(await eventsOf(root)).to.deep.equal(held);
      expect((await v1.call('GET', '/users/fay/personal-data', { token: root })).status).to.equal(200);
      const data = await v1.call<{ account: { names: object[] } }>('GET', '/users/me/personal-data', { token: fay });
      expect(data.body.account.names).to.deep.include({ kind: 'login', name: 'fay@example.org' });

      const code = async (method: string, path: string, token: string, body?: object): Promise<unknown> =>
        (await v1.call(method, path, { token, ...(body === undefined ? {} : { body }) })).body['code'];
      for (const token of [ann, eva]) {
        expect(await code('GET', '/users/fay/personal-data', token)).to.equal('NotPermitted');
        expect(await code('GET', '/users/fay/personal-data/events', token)).to.equal('NotPermitted');
      }
      const reason = 'asked for by letter';
      for (const token of [fay, ann, eva])
        expect(await code('POST', '/users/fay/erasure', token, { reason })).to.equal('Forbidden');
      expect(await code('POST', '/users/root/erasure', root, { reason })).to.equal('NotPermitted');
      await eventually(async () => {
        const { body } = await v1.call<{ items: Kept[] }>('GET', '/audit/access?limit=1000', { token: eva });
        const ofData = body.items.filter(({ operation }) => /personal-data$|erasure$/.test(operation));
        const told = ofData.map(({ actor, kind, outcome, about }) =>
          [actor?.id, kind, outcome, about.replace(/^\/v1|\?.*/g, '')].join(' '),
        );
        expect(told).to.include.members([
          'root read  /users/fay/personal-data',
          'ann refused NotPermitted /users/fay/personal-data',
          'eva refused NotPermitted /users/fay/personal-data',
          `root refused NotPermitted parley_user-${parley.tenant}.root`,
        ]);
        expect(told.join('\n')).to.not.include('fay read');
      });
      const erased = await v1.call<{ changed: boolean; position: string }>('POST', '/users/fay/erasure', {
        token: root,
        body: { reason },
      });
      expect(erased).to.deep.include({ status: 200 }).and.have.nested.property('body.changed', true);
      expect(await code('GET', '/users/me', fay)).to.equal('Unauthenticated');
      const after = `/users/fay?minPosition=${encodeURIComponent(erased.body.position)}`;
      expect((await v1.call('GET', after, { token: ann })).body).to.have.property('nickname', null);
      expect(JSON.stringify(await eventsOf(root))).to.not.contain('what fay said');
      const told = await asked('to=fay&type=UserErased');
      expect(told.items[0]).to.deep.include({ by: ['root'], reason, api: 'v1' });
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
