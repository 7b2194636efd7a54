import { expect } from 'chai';
import type pg from 'pg';
import { eventually } from '../support/eventually.js';
import { runCliHere } from '../support/in-process-cli.js';
import type { OpenimClient } from '../support/openim-client.js';
import { RestartableParley } from '../support/restartable-parley.js';
import type { V1Answer, V1Client } from '../support/v1-client.js';

interface Health {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly problem?: string }>>;
}

interface Damage {
  readonly what: string;
  readonly sql: string;
  readonly problem: RegExp;
}

const DAMAGES: readonly Damage[] = [
  { what: 'truncated checkpoints', sql: 'TRUNCATE read.checkpoint', problem: /row in read\.checkpoint is missing/ },
  {
    what: 'a dropped table',
    sql: `DO $$ BEGIN EXECUTE 'DROP TABLE read.p_users_v2_' || (SELECT letter FROM read.projection WHERE name = 'users')
            || ' CASCADE'; END $$`,
    problem: /table read\.p_users_v2_. and its view read\.users_v2 are missing/,
  },
  { what: 'a dropped schema', sql: 'DROP SCHEMA read CASCADE', problem: /tables of schema "read" .* are missing/ },
];

describe('a read side that was damaged under a server', () => {
  let parley: RestartableParley;
  let pool: pg.Pool;
  let env: Readonly<Record<string, string>>;
  let v1: V1Client;
  let openim: OpenimClient;
  let ada: string;
  let alice: string;
  let names = 0;

  const start = async (): Promise<void> => {
    ({ v1, openim } = await parley.start());
  };
  const stop = (): Promise<void> => parley.stop();

  before(async () => {
    parley = await RestartableParley.on('read_side');
    ({ pool, env } = parley);
    await start();
    ada = (await v1.person('ada')).token;
    alice = (await openim.people('alice'))['alice'] ?? '';
    await v1.call('POST', '/groups', { token: ada, body: { groupId: 'club', name: 'Club' } });
  });
  after(() => parley.drop());

  const health = async (): Promise<Health & { status: number }> => {
    const response = await fetch(`${v1.url}/health/ready`);
    return { status: response.status, ...((await response.json()) as Health) };
  };
  const ready = (): Promise<void> => eventually(async () => (await health()).ready, 30_000);
  const rename = async (): Promise<V1Answer<{ position: string }>> => {
    const answer = await v1.call<{ position: string }>('PATCH', '/groups/club', {
      token: ada,
      body: { name: `Club ${(++names).toString()}` },
    });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer;
  };
  /** Everybody sees everything. */
  const expectSound = async (): Promise<void> => {
    await ready();
    const { body } = await rename();
    const group = await v1.call('GET', `/groups/club?minPosition=${body.position}`, { token: ada });
    expect(group.body, JSON.stringify(group.body)).to.include({ name: `Club ${names.toString()}` });
    const me = await v1.call('GET', '/users/me', { token: ada });
    expect([me.status, me.body['nickname']]).to.deep.equal([200, 'ada']);
  };
  const expectRefused = async (): Promise<void> => {
    await eventually(async () => {
      const answer = await v1.call('GET', '/users/me', { token: ada });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(503);
      expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
      expect(answer.body).to.deep.include({ code: 'Unavailable', facts: { what: 'users' } });
    });
    const answer = await openim.call('/user/get_users_info', { userIDs: ['alice'] }, { token: alice });
    expect(answer).to.include({ errCode: 500 }).and.have.property('errDlt').that.includes('read model users');
  };

  for (const { what, sql, problem } of DAMAGES) {
    it(`given ${what}, then health and status name it, queries are 503, commands go on, and a rebuild of all mends it`, async () => {
      await pool.query(sql);
      await expectRefused();
      await rename();
      const { status, checks } = await health();
      expect(status).to.equal(503);
      expect(checks['users_v2']).to.deep.include({ ok: false }).and.have.property('problem').that.matches(problem);
      const told = await runCliHere(['projections', 'status'], env);
      expect([told.code, told.stdout]).to.satisfy(([code, text]: [number, string]) => code === 1 && problem.test(text));
      const verified = await runCliHere(['projections', 'verify', 'users'], env);
      expect([verified.code, verified.stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 1 && problem.test(text),
      );

      const rebuilt = await runCliHere(['projections', 'rebuild', '--all'], env);
      expect(rebuilt.code, rebuilt.stderr).to.equal(0);
      await expectSound();
    });
  }

  it('given all of it gone, when the server starts again, then it makes it again', async () => {
    await stop();
    await pool.query('DROP SCHEMA read CASCADE');
    await start();
    await expectSound();
  });

  it('given a projection that stopped, when it is verified, then it is not called the same', async () => {
    await pool.query(`UPDATE read.checkpoint SET stopped = 'an event of a newer schema' WHERE name = 'favourites'`);
    const { code, stdout } = await runCliHere(['projections', 'verify', 'favourites'], env);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/STOPPED/)
      .and.match(/an event of a newer schema/);
    await rename();
    await ready();
  });

  it('given a log older than the read tables, then the steps after a restore lead to a server that is sound', async () => {
    await pool.query('CREATE SCHEMA backup; CREATE TABLE backup.log AS SELECT * FROM events.log');
    await rename();
    await rename();
    await ready();
    await stop();
    await pool.query('TRUNCATE events.log; INSERT INTO events.log SELECT * FROM backup.log');

    await start();
    const { status, checks } = await health();
    expect(status).to.equal(503);
    expect(checks['groups_v2'])
      .to.have.property('problem')
      .that.matches(/older than its rows; run `.* rebuild --all`/);
    const told = await runCliHere(['projections', 'status'], env);
    expect([told.code, told.stdout]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && /groups: .*older than its rows/.test(text),
    );
    const unlike = await runCliHere(['projections', 'verify', '--all'], env);
    expect([unlike.code, unlike.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && /groups: .*older than its rows/.test(text),
    );
    await expectRefused();

    const rebuilt = await runCliHere(['projections', 'rebuild', '--all'], env);
    expect(rebuilt.code, rebuilt.stderr).to.equal(0);
    const verified = await runCliHere(['projections', 'verify', '--all'], env);
    expect(verified.code, verified.stdout + verified.stderr).to.equal(0);
    const audited = await runCliHere(['audit', 'history', 'group', 'club'], env);
    expect(audited.stdout).to.include('The hash chain holds');
    await expectSound();
  });

  it('given a read statement that somebody cancels, then it is sent again', async () => {
    const locker = await pool.connect();
    try {
      const { rows } = await locker.query<{ letter: string }>(
        `SELECT letter FROM read.projection WHERE name = 'users'`,
      );
      await locker.query(`BEGIN; LOCK TABLE read.p_users_v2_${rows[0]?.letter ?? ''} IN ACCESS EXCLUSIVE MODE`);
      const asked = v1.call('GET', '/users/me', { token: ada });
      await eventually(async () => {
        const cancelled = await pool.query(
          `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
             AND application_name = 'parley read models' AND wait_event_type = 'Lock'`,
        );
        return (cancelled.rowCount ?? 0) > 0;
      });
      await locker.query('COMMIT');
      expect((await asked).status).to.equal(200);
    } finally {
      locker.release();
    }
  });
});
