import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { ENGINES, USUAL_ENGINE } from '../support/engines.js';
import { eventually } from '../support/eventually.js';
import { runCliHere } from '../support/in-process-cli.js';
import { OpenimClient } from '../support/openim-client.js';
import { repositoryRoot } from '../support/repository-root.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { SEALTALK_TEST_CODE, SealtalkClient } from '../support/sealtalk-client.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';
const VERIFIER = join(repositoryRoot(), 'tools', 'parley-verify.mjs');
/** Nothing else holds these. */
const NICKNAME = 'Zaphodina';
const WORDS = 'mostlyharmless';
const PHONE = '13912345678';
/** As text, and as bytes are shown. */
const TRACES = [NICKNAME, WORDS, PHONE].flatMap((each) => [each.toLowerCase(), Buffer.from(each).toString('hex')]);
const PG_DUMP = process.env['PARLEY_TEST_PG_DUMP'];
const REASON = 'asked for by letter';

/** What is kept beside the log is the same on both. */
const engines = process.env['PARLEY_PRIVACY_ENGINES'] === 'all' ? ENGINES : [USUAL_ENGINE];

for (const engine of engines)
  describe(`a person who is erased, on ${engine}`, () => {
    let parley: RunningParley;
    let files: string;
    let database: pg.Client;
    let v1: V1Client;
    let im: OpenimClient;
    let bob: string;
    let zoe: SealtalkClient;
    let ben: SealtalkClient;
    let zoeId: string;
    let zoeToken: string;
    let keys = 0;

    const cli = async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCliHere(words, parley.env);
      if (code !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    };
    const done = async (
      token: string,
      method: string,
      path: string,
      body?: object,
    ): Promise<Record<string, unknown>> => {
      const headers = method === 'GET' ? {} : { 'idempotency-key': `key-${String(++keys)}` };
      const answer = await v1.call(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    };

    /**
     * All that a dump of the database would have: every row of every table and materialized view, and large objects,
     * as text; and the planner's samples of values, which are in no dump. PARLEY_TEST_PG_DUMP names a `pg_dump` (not older than the
     * server) whose output counts as well.
     */
    async function dump(): Promise<string[]> {
      const { rows: tables } = await database.query<{ name: string }>(
        `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         UNION ALL SELECT unnest('{pg_largeobject,pg_statistic}'::text[])
         ORDER BY 1`,
      );
      const lines: string[] = [];
      for (const { name } of tables) {
        const { rows } = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
        lines.push(...rows.map(({ row }) => `${name} ${row}`));
      }
      if (PG_DUMP !== undefined) {
        const words = ['--no-owner', parley.databaseUrl];
        const { stdout } = await promisify(execFile)(PG_DUMP, words, { maxBuffer: 2 ** 30 });
        lines.push(...stdout.split('\n').map((line) => `pg_dump ${line}`));
      }
      return lines;
    }
    const withTraces = (lines: readonly string[]): string[] =>
      lines.filter((line) => TRACES.some((trace) => line.toLowerCase().includes(trace)));

    before(async function () {
      this.timeout(60_000);
      files = await mkdtemp(join(tmpdir(), 'parley-privacy-'));
      const sealed = {
        PARLEY_SEAL_KEY: Buffer.alloc(32, 5).toString('base64'),
        PARLEY_SEALS_FILE: join(files, 'seals'),
      };
      parley = await runParley(
        { PARLEY_APP_ADMINS: 'root', OPENIM_SECRET: SECRET, SEALTALK_TEST_CODE, ...sealed },
        engine,
      );
      database = new pg.Client({ connectionString: parley.databaseUrl });
      await database.connect();
      v1 = new V1Client(parley.url);
      im = new OpenimClient(`${parley.url}/openim`, SECRET);
      const base = `${parley.url}/sealtalk`;
      await v1.person('root');
      ({ token: bob } = await v1.person('bob'));
      await v1.person('cat');
      [zoe, ben] = await Promise.all([
        SealtalkClient.registered(base, NICKNAME, PHONE, 'zoes_password'),
        SealtalkClient.registered(base, 'Ben', '13800000001'),
      ]);
      await eventually(async () => {
        const { rows } = await database.query<{ user_id: string }>(
          'SELECT user_id FROM read.users_v2 WHERE nickname = $1',
          [NICKNAME],
        );
        zoeId = rows[0]?.user_id ?? '';
        expect(zoeId).to.not.equal('');
      });
      const session = await v1.call<{ token: string }>('POST', '/sessions', {
        body: { login: zoeId, password: 'zoes_password' },
      });
      zoeToken = session.body.token;
    });
    after(async () => {
      await database.end();
      await parley.stop();
      await rm(files, { recursive: true });
    });

    it('given all that she did by all APIs, when she is erased, then no table, history or rebuilt list has a word of it', async function () {
      this.timeout(120_000);
      // By 004: a profile, a group that tells what happens in it, of hers and of somebody else's.
      await zoe.done('POST', '/user/set_portrait_uri', { portraitUri: `https://x.example/${WORDS}` });
      await zoe.done('POST', '/friendship/invite', { friendId: ben.id, message: WORDS });
      await ben.done('POST', '/friendship/agree', { friendId: zoe.id });
      await zoe.done('POST', '/friendship/set_display_name', { friendId: ben.id, displayName: WORDS });
      const { id: hers } = await zoe.done<{ id: string }>('POST', '/group/create', {
        name: 'Hers',
        memberIds: [zoe.id, ben.id],
      });
      await zoe.done('POST', '/group/set_bulletin', { groupId: hers, bulletin: WORDS });
      await zoe.done('POST', '/group/set_member_info', {
        groupId: hers,
        memberId: zoe.id,
        groupNickname: NICKNAME,
        memberDesc: [WORDS],
      });
      const { id: his } = await ben.done<{ id: string }>('POST', '/group/create', {
        name: 'His',
        memberIds: [ben.id, zoe.id],
      });
      await ben.done('POST', '/group/set_manager', { groupId: his, memberIds: [zoe.id] });
      await ben.done('POST', '/group/transfer', { groupId: his, userId: zoe.id });
      await zoe.done('POST', '/misc/send_message', {
        conversationType: 'PRIVATE',
        targetId: ben.id,
        objectName: 'RC:TxtMsg',
        content: { content: WORDS },
      });

      // By /v1: requests, answers, reasons, messages, remarks.
      await done(bob, 'POST', '/groups', { groupId: 'club', name: 'Club', members: ['cat', zoeId] });
      await done(bob, 'PATCH', `/groups/club/members/${zoeId}`, { role: 'admin' });
      await done(zoeToken, 'PATCH', `/groups/club/members/me/card`, { nickname: NICKNAME, ext: WORDS });
      await done(zoeToken, 'PUT', '/groups/club/announcement', { text: WORDS });
      await done(zoeToken, 'POST', '/conversations/group:club/messages', { text: WORDS, clientMsgId: 'm1' });
      await done(bob, 'POST', '/conversations/group:club/messages', { text: 'what bob says' });
      await done(zoeToken, 'POST', '/conversations/user:bob/messages', { text: `${NICKNAME} ${WORDS}` });
      await done(zoeToken, 'DELETE', `/groups/club/members/cat?reason=${WORDS}`);
      await done(zoeToken, 'PATCH', '/users/me', { nickname: `${NICKNAME} II`, ext: WORDS });
      await done(zoeToken, 'PUT', '/users/me/friend-requests/sent/bob', { message: WORDS, ext: WORDS });
      await done(bob, 'PUT', '/users/me/friend-requests/sent/cat', { message: 'what bob asks' });
      await done(zoeToken, 'PUT', '/users/me/blocks/cat', { ext: WORDS });

      // By 003: a message in the name of hers, and a request to a group of others.
      const imToken = await im.tokenOf(zoeId);
      const admin = (await im.done<{ token: string }>('/auth/get_admin_token', { secret: SECRET, userID: 'root' }))
        .token;
      await im.done(
        '/user/update_user_info',
        { userInfo: { userID: zoeId, nickname: `${NICKNAME} III`, ex: WORDS } },
        { token: imToken },
      );
      await im.done(
        '/msg/send_msg',
        {
          sendID: zoeId,
          recvID: 'bob',
          senderNickname: NICKNAME,
          content: { content: WORDS },
          contentType: 101,
          sessionType: 1,
          ex: WORDS,
        },
        { token: admin },
      );

      await eventually(async () => {
        const shown = withTraces(await dump()).map((line) => /^\S+/.exec(line)?.[0]);
        expect(new Set(shown)).to.include.members([
          'read.p_blacks_v1_a',
          'read.p_friend_requests_v1_a',
          'read.p_friends_v1_a',
          'read.p_group_departures_v1_a',
          'read.p_group_members_v2_a',
          'read.p_groups_v2_a',
          'read.p_messages_v2_a',
          'read.p_users_v2_a',
        ]);
        const lines = await database.query("SELECT FROM read.messages_v2 WHERE body LIKE '%Transfer%'");
        expect(lines.rowCount).to.equal(1);
      }, 20_000);
      const exported = JSON.parse(await cli('privacy', 'export', zoeId)) as {
        profile: { nickname: string };
        account: { hasPassword: boolean };
        events: { type: string; data: object }[];
      };
      expect(exported.profile.nickname).to.equal(`${NICKNAME} III`);
      expect(exported.account.hasPassword).to.equal(true);
      const told = JSON.stringify(exported.events);
      expect(told.split(WORDS).length).to.be.above(12);
      expect(told).to.not.include('what bob');

      // What an upgrade leaves, and what went wrong once.
      await database.query('CREATE TABLE read.p_users_v1_a AS SELECT * FROM read.users_v2');
      await database.query(
        `INSERT INTO system.process_parked (process, event_id, target, stream, revision, position, type, error)
         VALUES ('group-lines', 'e', 't', 's', 0, 'p', 'GroupCreated', $1)`,
        [`not a name: ${NICKNAME}`],
      );

      const key = (await cli('audit', 'key')).trim();
      await cli('audit', 'seal');
      const proof = join(files, 'proof.json');
      await cli('audit', 'prove', `parley_user-${parley.tenant}.${zoeId}@0`, '-o', proof);
      expect(await cli('privacy', 'erase', zoeId, '--reason', REASON)).to.include(`"${zoeId}" is erased.`);

      const everywhere = async (): Promise<string[]> => {
        const histories = [
          ['user', zoeId],
          ['group', 'club'],
          ['conversation', 'group', 'club'],
          ['conversation', 'single', zoeId, 'bob'],
          ['friendship', zoeId, 'bob'],
        ].map((which) => cli('audit', 'history', ...which, '--json', '--content'));
        const told = (await Promise.all(histories)).join('\n').split('\n');
        expect(told.filter((line) => line.includes('"chainHolds":true'))).to.have.length(histories.length);
        expect(told.join('\n')).to.include(REASON).and.to.include('what bob says');
        return withTraces([...(await dump()), ...told, await cli('privacy', 'export', zoeId)]);
      };
      expect(await everywhere()).to.deep.equal([]);
      expect(await cli('projections', 'verify', '--all')).to.not.include('NOT');
      await cli('projections', 'rebuild', '--all');
      expect(await everywhere(), 'rebuilt').to.deep.equal([]);

      // Not one stored byte is another: what was proven before is so still.
      expect(await cli('audit', 'verify')).to.match(/All holds: hashes, chains and seals\.\n$/);
      const folder = join(files, 'export');
      await cli('audit', 'export', folder);
      expect(withTraces((await readFile(join(folder, 'events.ndjson'), 'utf8')).split('\n'))).to.deep.equal([]);
      for (const what of [proof, folder]) {
        const { stdout } = await promisify(execFile)(process.execPath, [VERIFIER, what, '--key', key]);
        expect(stdout).to.match(/All holds\.\n$/);
      }
    });

    it('then she can’t come in, act, be found or be invited, and others have her phone', async function () {
      this.timeout(60_000);
      const status = async (token: string, method: string, path: string, body?: object): Promise<number> =>
        (await v1.call(method, path, { token, ...(body === undefined ? {} : { body }) })).status;
      await eventually(async () => {
        expect(await status(zoeToken, 'GET', '/users/me')).to.equal(401);
        expect((await zoe.get('/user/get_privacy')).status).to.equal(403);
      });
      const login = await v1.call('POST', '/sessions', { body: { login: zoeId, password: 'zoes_password' } });
      expect(login.status).to.equal(401);
      const noToken = await im.call('/auth/user_token', { secret: SECRET, platformID: 5, userID: zoeId });
      expect(noToken.errCode).to.not.equal(0);
      await done(bob, 'POST', '/groups', { groupId: 'other', name: 'Other', members: ['cat'] });
      await eventually(async () => {
        expect(await status(bob, 'PUT', `/groups/other/members/${zoeId}`, {})).to.equal(404);
        expect(await status(bob, 'PUT', `/users/me/friend-requests/sent/${zoeId}`, {})).to.equal(404);
        expect(await status(bob, 'POST', `/conversations/user:${zoeId}/messages`, { text: 'anybody?' })).to.equal(404);
      });
      const { body } = await v1.call<{ nickname: null }>('GET', `/users/${zoeId}`, { token: bob });
      expect(body.nickname).to.equal(null);
      const heir = await SealtalkClient.registered(`${parley.url}/sealtalk`, 'Heir', PHONE);
      expect(heir.id).to.not.equal(zoe.id);
      expect(await cli('privacy', 'erase', zoeId, '--reason', 'again')).to.include('was erased before');
      const wrong = await runCliHere(['privacy', 'erase', 'nobody', '--reason', REASON], parley.env);
      expect([wrong.code, wrong.stderr]).to.deep.equal([
        1,
        `There is no user "nobody" in tenant "${parley.tenant}".\n`,
      ]);
      const accesses = await cli('audit', 'access');
      expect(accesses).to.match(/ system \S+@\S+ was refused: cli:privacy erase \(nobody\), UserNotFound\n/);
      expect(accesses).to.include(` read: cli:privacy export (${zoeId})\n`);
    });
  });
