import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, type JSONRecordedEvent } from '@eventstore/db-client';
import { expect } from 'chai';
import pg from 'pg';
import { ids } from '../../infrastructure/composition/identifiers.js';
import { openHouse } from '../../infrastructure/composition/house.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { silentLogger } from '../support/silent-logger.js';
import { streamName } from '../../application/streams.js';
import { ENGINES, USUAL_ENGINE } from '../support/engines.js';
import { eventually } from '../support/eventually.js';
import { freshDatabase } from '../support/postgres.js';
import { openCliHere, runCliHere } from '../support/in-process-cli.js';
import { type CliResult, runCli as runCliProcess } from '../support/parley-process.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

interface Tampered {
  /** What the audit says of it. */
  readonly shows: string;
  restore(): Promise<void>;
}

type RunCli = typeof runCliProcess;

/** In this process one after the other, as they are where each is a process. */
function inTurn(run: RunCli): RunCli {
  let last: Promise<unknown> = Promise.resolve();
  return (words, env) => {
    const result: Promise<CliResult> = last.then(() => run(words, env));
    last = result;
    return result;
  };
}

for (const engine of ENGINES)
  describe(`the parley command, beside a running server on ${engine}`, () => {
    /** What the event store has no part in. */
    const onOne = (title: string, test: () => Promise<void>): void => {
      if (engine === USUAL_ENGINE) it(title, test);
    };
    /** The program in this process, which spares a second of start-up. */
    const runCli = inTurn(runCliHere);
    /** A process of its own on one engine: its streams and how it ends. */
    const runAlone = engine === 'PostgreSQL' ? runCliProcess : runCli;
    let parley: RunningParley;

    before(async () => {
      parley = await runParley({}, engine);
      const v1 = new V1Client(parley.url);
      const ada = await v1.person('ada');
      await v1.person('bob');
      await v1.call('POST', '/groups', { token: ada.token, body: { groupId: 'club', name: 'Club', members: ['bob'] } });
      await v1.call('PUT', '/groups/club/members/bob/mute', { token: ada.token });
      const removal = await v1.call<{ position: string }>('DELETE', '/groups/club/members/bob?reason=too%20loud', {
        token: ada.token,
      });
      await v1.call('GET', `/users/me?minPosition=${removal.body.position}`, { token: ada.token });
    });
    after(() => parley.stop());

    it('given a history, when it is audited, then each event is a line and the hash chain holds', async () => {
      const { code, stdout } = await runAlone(['audit', 'history', 'group', 'club'], parley.env);
      expect(code).to.equal(0);
      const lines = stdout.trim().split('\n');
      expect(lines).to.have.length(6);
      expect(lines[3]).to.match(/^ +3 {2}\d{4}-\d\d-\d\d .*Z {2}ada muted bob .*\[ada, v1:PUT /);
      expect(lines[4]).to.include('too loud');
      expect(lines[5]).to.equal('The hash chain holds over 5 events.');
    });

    it('given the group’s chat, then the lines that the server wrote there are told, and its chain holds', async () => {
      await eventually(async () => {
        const { code, stdout } = await runCli(['audit', 'history', 'conversation', 'group', 'club'], parley.env);
        expect(code).to.equal(0);
        const lines = stdout.trim().split('\n');
        expect(lines).to.have.length(5);
        expect(lines[1]).to.include(
          "message 1 is a line of the server's: GroupCreated, by ada: bob  [system group-lines, ",
        );
        expect(lines[3]).to.include("message 3 is a line of the server's: MemberRemoved, by ada: bob");
        expect(lines[4]).to.equal('The hash chain holds over 4 events.');
        expect(stdout).to.not.include('too loud');
      }, 30_000);
    });

    onOne('given a reason that forges a line and paints the terminal, then it is shown as what it is', async () => {
      const v1 = new V1Client(parley.url);
      const ada = await v1.call<{ token: string }>('POST', '/sessions', {
        body: { login: 'ada@example.org', password: 'password of ada' },
      });
      const { token } = ada.body;
      await v1.call('POST', '/groups', { token, body: { groupId: 'forged', name: 'Forged', members: ['bob'] } });
      const reason = encodeURIComponent('x\n    9  2026-01-01 root dismissed the group\u001b[31m\u202e');
      await v1.call('DELETE', `/groups/forged/members/bob?reason=${reason}`, { token });
      const { stdout } = await runCli(['audit', 'history', 'group', 'forged'], parley.env);
      expect(stdout.trim().split('\n')).to.have.length(5);
      expect(stdout).to.include('x\\u{a}    9').and.to.include('\\u{1b}[31m\\u{202e}');
    });

    it('says for programs what it says for people', async () => {
      const status = await runCli(['projections', 'status', '--json'], parley.env);
      const { projections } = JSON.parse(status.stdout) as { projections: Record<string, unknown>[] };
      const { position } = projections.find(({ name }) => name === 'groups') ?? {};
      expect(projections.map(({ name, state }) => [name, state])).to.deep.include(['groups', 'live']);
      expect(position).to.be.a('string');
      const verified = await runAlone(['projections', 'verify', 'groups', 'favourites', '--json'], parley.env);
      const found = verified.stdout.trim().split('\n');
      expect(found.map((line) => JSON.parse(line) as object)).to.containSubset([
        { name: 'groups', same: true, differences: [] },
        { name: 'favourites', same: true, differences: [] },
      ]);
      const audited = await runCli(['audit', 'history', 'group', 'club', '--json'], parley.env);
      const lines = audited.stdout.trim().split('\n');
      expect(JSON.parse(lines[3]!))
        .to.include({ revision: 3 })
        .and.deep.include({ actor: { kind: 'user', id: 'ada' } });
      expect(JSON.parse(lines.at(-1)!)).to.deep.equal({
        events: lines.length - 1,
        unreadable: 0,
        chainHolds: true,
        problem: null,
      });
    });

    it('given history that was changed behind its back, then the audit says where, and fails', async () => {
      const { shows, restore } = await (engine === 'PostgreSQL' ? changeOneByte() : appendForgery());
      try {
        const { code, stdout } = await runAlone(['audit', 'history', 'group', 'club'], parley.env);
        expect(code).to.equal(1);
        expect(stdout).to.include(`THE HASH CHAIN IS BROKEN: ${shows}`);
      } finally {
        await restore();
      }
    });

    async function changeOneByte(): Promise<Tampered> {
      const change = async (from: string, to: string): Promise<void> => {
        const client = new pg.Client({ connectionString: parley.databaseUrl });
        await client.connect();
        await client
          .query(`UPDATE events.log SET data = replace(data, $1, $2) WHERE stream LIKE '%.club' AND revision = 3`, [
            from,
            to,
          ])
          .finally(() => client.end());
      };
      await change('"until":null', '"until":1234');
      return { shows: 'hash at revision 3', restore: () => change('"until":1234', '"until":null') };
    }

    /** EventStoreDB changes nothing that was written; somebody else may write, though. */
    async function appendForgery(): Promise<Tampered> {
      const client = EventStoreDBClient.connectionString(parley.env['EVENT_STORE']!);
      const stream = streamName({ category: 'group', tenant: parley.tenant, groupId: 'club' });
      try {
        for await (const { event } of client.readStream(stream, { fromRevision: 3n, maxCount: 1 })) {
          const { type, data, metadata } = event as JSONRecordedEvent;
          await client.appendToStream(stream, jsonEvent({ type, data, metadata: metadata as Record<string, string> }));
        }
      } finally {
        await client.dispose();
      }
      return { shows: 'prevHash at revision 5', restore: () => Promise.resolve() };
    }

    it('says how far behind and how fast projections and processes are, and what is where', async () => {
      const cli = await openCliHere(parley.env);
      try {
        const v1 = new V1Client(parley.url);
        const ada = await v1.call<{ token: string }>('POST', '/sessions', {
          body: { login: 'ada@example.org', password: 'password of ada' },
        });
        const { token } = ada.body;
        const statusOf = async <T>(words: 'projections' | 'processes', name: string): Promise<T> =>
          (JSON.parse((await cli.run(words, 'status', '--json')).stdout) as Record<string, (T & { name: string })[]>)[
            words
          ]!.find((each) => each.name === name)!;
        interface Behind {
          lagEvents: number;
          lagMs: number;
          rate: number;
          state: string;
        }
        expect(await cli.run('projections', 'pause', 'groups')).to.include({ code: 0 });
        const before = await statusOf<Behind>('projections', 'groups');
        expect(before).to.include({ state: 'paused', lagEvents: 0 });
        for (const nickname of ['a', 'b', 'c']) await v1.call('PATCH', '/users/me', { token, body: { nickname } });
        const paused = await statusOf<Behind>('projections', 'groups');
        expect(paused).to.include({ lagEvents: 3, lagEventsAtLeast: false, rate: 0 });
        expect(paused.lagMs).to.be.greaterThan(0);
        expect(await cli.run('projections', 'resume', 'groups')).to.include({ code: 0 });
        await eventually(async () => {
          const now = await statusOf<Behind>('projections', 'groups');
          expect(now).to.include({ lagEvents: 0, lagMs: 0, state: 'live' });
        });
        await eventually(async () => {
          const lines = await statusOf<Behind>('processes', 'group-lines');
          expect(lines).to.include({ state: 'live', lagEvents: 0, parked: 0 });
          expect(lines).to.have.nested.property('leader.pid', process.pid);
        });
        const { stdout } = await cli.run('projections', 'list');
        expect(stdout).to.match(/^users +v\d+ +[ab] +\d+ +\d+\.\d KiB +profiles/m);
      } finally {
        await cli.close();
      }
    });

    onOne('db migrate says what it would do, does it once, and names what only a newer version knows', async () => {
      const run = inTurn(runCliHere);
      const client = new pg.Client({ connectionString: parley.databaseUrl });
      await client.connect();
      try {
        await client.query("DELETE FROM parley_migration WHERE name LIKE 'AddStandby%'");
        await client.query("INSERT INTO parley_migration (timestamp, name) VALUES (9, 'Later1900000000000')");
        const told = async (...words: string[]): Promise<unknown> =>
          JSON.parse((await run(['db', 'migrate', '--json', ...words], parley.env)).stdout);
        const newer = ['Later1900000000000'];
        const migrations = ['AddStandby1764000000302'];
        expect(await told('--dry-run')).to.deep.equal({ dryRun: true, migrations, newer });
        expect(await told()).to.deep.equal({ dryRun: false, migrations, newer });
        expect(await told()).to.deep.equal({ dryRun: false, migrations: [], newer });
        await client.query("DELETE FROM parley_migration WHERE name = 'Later1900000000000'");
      } finally {
        await client.end();
      }
      const empty = await freshDatabase('migrate');
      try {
        const env = { DATABASE_URL: empty.url };
        const would = await run(['db', 'migrate', '--dry-run'], env);
        expect(would.stdout.split('\n')[0]).to.equal('would run: CreateEventLog1700000001000');
        expect((await run(['db', 'migrate', '--dry-run'], env)).stdout, 'nothing was done').to.equal(would.stdout);
      } finally {
        await empty.drop();
      }
    });

    onOne('parked: list, show, retry and discard, of a projection and of a process', async () => {
      const cli = await openCliHere(parley.env);
      const client = new pg.Client({ connectionString: parley.databaseUrl });
      await client.connect();
      try {
        const { rows } = await client.query<{ name: string }>(
          `SELECT relname AS name FROM pg_class WHERE relname LIKE 'p\\_users\\_v%' AND relkind = 'r'`,
        );
        for (const { name } of rows)
          await client.query(`ALTER TABLE read.${name} ADD CONSTRAINT sober CHECK (nickname NOT LIKE 'Tipsy%')`);
        const v1 = new V1Client(parley.url);
        const eve = await v1.person('eve');
        const rename = (nickname: string): Promise<unknown> =>
          v1.call('PATCH', '/users/me', { token: eve.token, body: { nickname } });
        await rename('Tipsy Eve');
        await rename('Eve again');
        await eventually(async () => {
          const { stdout } = await cli.run('parked', 'list', 'users');
          expect(stdout).to.match(/^users +parley_user-\S+\.eve +1 +UserProfileChanged +1 +2\d{3}-/m);
        });
        const stream = streamName({ category: 'user', tenant: parley.tenant, userId: 'eve' });
        const shown = await cli.run('parked', 'show', 'users', stream);
        expect([shown.code, shown.stdout]).to.satisfy(([, text]: [number, string]) => text.includes('sober'));
        expect(shown.stdout).to.include('waits behind').and.not.include('Tipsy');
        const told = await cli.run('parked', 'show', 'users', stream, '--content', '--json');
        const [first] = told.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { id: string });
        expect(first).to.have.nested.property('data.changes.nickname', 'Tipsy Eve');
        expect((await cli.run('parked', 'show', 'users', 'nothing')).code).to.equal(1);

        const failing = await cli.run('parked', 'retry', 'users');
        expect([failing.code, failing.stdout]).to.satisfy(([, text]: [number, string]) =>
          text.includes('FAILED AGAIN'),
        );
        expect(failing.code).to.equal(1);
        const discard = ['parked', 'discard', 'users', stream, '--reason', 'a prank', '--by', 'olga'];
        const dry = await cli.run(...discard, '--dry-run');
        expect(dry.stdout).to.include('would discard UserProfileChanged').and.include(first!.id);
        expect((await cli.run(...discard)).code).to.equal(0);
        const gone = await cli.run(...discard);
        expect([gone.code, gone.stderr]).to.satisfy(([code, text]: [number, string]) => code === 1 && text !== '');
        const { rows: shownRows } = await client.query('SELECT nickname FROM read.users_v2 WHERE user_id = $1', [
          'eve',
        ]);
        expect(shownRows).to.deep.equal([{ nickname: 'Eve again' }]);
        const discarded = await cli.run('parked', 'list', '--discarded');
        expect(discarded.stdout).to.match(/^2\S+Z {2}users: UserProfileChanged, revision 1 of \S+, by olga: a prank$/m);
        expect((await cli.run('projections', 'verify', 'users')).code).to.equal(0);

        // Of a process: one that is done already, which is known for it, and one that the log doesn't have.
        const history = await cli.run('audit', 'history', 'group', 'club', '--json');
        expect(history.stdout.split('\n')[4]).to.include('too loud');
        const club = streamName({ category: 'group', tenant: parley.tenant, groupId: 'club' });
        const parkedIds = { removed: await idOf(club, 4), none: '00000000-0000-4000-8000-000000000000' };
        for (const id of Object.values(parkedIds))
          await client.query(
            `INSERT INTO system.process_parked (process, event_id, target, stream, revision, position, type, error)
             VALUES ('group-lines', $1, $2, $2, 4, '', 'MemberRemoved', 'x')`,
            [id, club],
          );
        const lines = async (): Promise<string> =>
          (await cli.run('audit', 'history', 'conversation', 'group', 'club')).stdout;
        const chat = await lines();
        const acts = await cli.run('parked', 'retry', 'group-lines', '--json');
        expect(acts).to.include({ code: 1 });
        expect(acts.stdout.match(/"done":(true|false)/g)).to.have.members(['"done":true', '"done":false']);
        const one = ['parked', 'discard', 'group-lines', parkedIds.none, '--reason', 'none of its business', '--json'];
        expect(await cli.run(...one)).to.include({ code: 0 });
        expect((await cli.run('parked', 'list')).stdout).to.equal('Nothing is parked.\n');
        expect(await lines()).to.equal(chat);
        for (const { name } of rows) await client.query(`ALTER TABLE read.${name} DROP CONSTRAINT sober`);
      } finally {
        await cli.close();
        await client.end();
      }
    });

    async function idOf(stream: string, revision: number): Promise<string> {
      const house = await openHouse(loadConfig(parley.env), silentLogger, { share: true });
      try {
        for await (const [event] of house.container.get(ids.store).readStream(stream, { from: revision, maxCount: 1 }))
          return event!.id;
        throw new Error('not there');
      } finally {
        await house.close();
      }
    }

    it('projections: status, rebuild and verify', async () => {
      const names = ['users', 'groups', 'group_members'];
      expect((await runCli(['projections', 'rebuild', ...names], parley.env)).code).to.equal(0);
      const [verified, status] = await Promise.all([
        runCli(['projections', 'verify', ...names], parley.env),
        runCli(['projections', 'status'], parley.env),
      ]);
      expect(verified.code, verified.stdout).to.equal(0);
      for (const name of names)
        expect(status.stdout).to.match(
          new RegExp(`^${name} +v\\d+ +[ab] +live +0 +0 s +\\S+ +0 +\\S+/${process.pid.toString()} +\\S+$`, 'm'),
        );
    });

    it('given rows that were changed behind its back, then verify shows them and fails', async () => {
      const client = new pg.Client({ connectionString: parley.databaseUrl });
      await client.connect();
      try {
        const { rows } = await client.query<{ name: string }>(
          `SELECT 'p_users_v' || version || '_' || letter AS name FROM read.projection WHERE name = 'users'`,
        );
        await client.query(`UPDATE read.${rows[0]!.name} SET nickname = 'Mallory' WHERE user_id = 'bob'`);
        const { code, stdout } = await runAlone(['projections', 'verify', 'users'], parley.env);
        expect(code).to.equal(1);
        expect(stdout).to.include('Mallory').and.to.include('DIFFERENT');
      } finally {
        await client.end();
      }
    });

    // A process where a word is wrong: there the command ends its own.
    onOne('wrong words, unknown names and missing data get a sentence and a code, and make nothing', async () => {
      const empty = await mkdtemp(join(tmpdir(), 'parley-cli-'));
      try {
        const [unknown, projection, planet, nonsense, nothing] = await Promise.all([
          runCli(['audit', 'history', 'group', 'nobody-knows'], parley.env),
          runCli(['projections', 'rebuild', 'gruops'], parley.env),
          runCliProcess(['audit', 'history', 'planet', 'x'], parley.env),
          runCliProcess(['nonsense'], parley.env),
          runCliProcess(['projections', 'status'], { DATA_DIR: join(empty, 'data') }),
        ]);
        expect([unknown.code, unknown.stderr]).to.satisfy(
          ([code, text]: [number, string]) => code === 1 && text.includes('nobody-knows'),
        );
        expect(projection.code).to.equal(2);
        expect(projection.stderr).to.include('There are: users');
        expect([planet.code, nonsense.code]).to.deep.equal([2, 2]);
        expect(nothing.code).to.equal(1);
        expect(nothing.stderr).to.match(/There is no Parley database in .*data\. Is DATA_DIR right\?/);
      } finally {
        await rm(empty, { recursive: true, force: true });
      }
    });
  });
