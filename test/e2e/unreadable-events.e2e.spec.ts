import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type pg from 'pg';
import { runCliHere } from '../support/in-process-cli.js';
import type { OpenimClient } from '../support/openim-client.js';
import { type CliResult, runCli } from '../support/parley-process.js';
import { RestartableParley } from '../support/restartable-parley.js';
import type { V1Client } from '../support/v1-client.js';

/** Bob's key row is gone, carl's was changed; the groups `torn`, `blank` and `gap` have lost something of their events. */
describe('events that can’t be read', () => {
  let parley: RestartableParley;
  let pool: pg.Pool;
  let env: Readonly<Record<string, string>>;
  let v1: V1Client;
  let openim: OpenimClient;
  let people: Record<string, string>;
  let bobsKey: Record<string, unknown> | undefined;

  const start = async (): Promise<void> => {
    ({ v1, openim } = await parley.start());
  };
  const stop = (): Promise<void> => parley.stop();
  const cli = (...words: string[]): Promise<CliResult> => runCliHere(words, env);

  before(async () => {
    parley = await RestartableParley.on('unreadable', { PARLEY_APP_ADMINS: 'root' });
    ({ pool, env } = parley);
    await start();
    const all = await Promise.all(['root', 'ada', 'bob', 'carl'].map((userId) => v1.person(userId)));
    people = Object.fromEntries(all.map(({ userId, token }) => [userId, token]));
    for (const groupId of ['club', 'torn', 'blank', 'gap']) {
      const body = { groupId, name: groupId, members: ['bob', 'carl'] };
      const made = await v1.call('POST', '/groups', { token: people['ada'] ?? '', body });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
    }
    await stop();
    const { rows } = await pool.query<Record<string, unknown>>(
      `DELETE FROM system.data_key WHERE user_id = 'bob' RETURNING *`,
    );
    bobsKey = rows[0];
    await pool.query(
      `UPDATE system.data_key SET wrapped = overlay(wrapped placing '\\x0000' from 20) WHERE user_id = 'carl'`,
    );
    await pool.query(`UPDATE events.log SET data = '{"groupId":"torn"}' WHERE stream LIKE '%torn' AND revision = 1`);
    await pool.query(`UPDATE events.log SET metadata = '{}' WHERE stream LIKE '%blank' AND revision = 1`);
    await pool.query(`DELETE FROM events.log WHERE stream LIKE '%gap' AND revision = 1`);
    await start();
  });
  after(() => parley.drop());

  for (const groupId of ['torn', 'blank', 'gap'])
    it(`nothing is decided on the group "${groupId}": 503 in each API's shape`, async () => {
      const token = people['ada'] ?? '';
      const { status, body } = await v1.call('PATCH', `/groups/${groupId}`, { token, body: { name: 'Other' } });
      expect([status, body['code']], JSON.stringify(body)).to.deep.equal([503, 'HistoryNotUnderstood']);
      expect(body['facts']).to.include({ type: 'unreadable' });
      const told = await openim.call('/group/mute_group', { groupID: groupId }, { token });
      expect(told).to.include({ errCode: 500 }).and.have.property('errDlt').that.includes('can not be read');
    });

  it('nor on a user whose key can’t be opened, nor is anything encrypted for him', async () => {
    const token = people['carl'] ?? '';
    const renamed = await v1.call('PATCH', '/users/me', { token, body: { nickname: 'Carlo' } });
    expect([renamed.status, renamed.body['code']]).to.deep.equal([503, 'HistoryNotUnderstood']);
    const carded = await v1.call('PATCH', '/groups/club/members/me/card', { token, body: { nickname: 'Charly' } });
    expect([carded.status, carded.body['code']], JSON.stringify(carded.body)).to.deep.equal([503, 'Unavailable']);
    expect(carded.body['facts']).to.deep.equal({ what: 'the data key of user carl' });
    const others = await v1.call('PATCH', '/groups/club', { token: people['ada'] ?? '', body: { name: 'Club!' } });
    expect(others.status, 'others go on').to.equal(200);
  });

  it('the audit names the event in its place, in the tools and in /v1', async () => {
    const { code, stdout } = await cli('audit', 'history', 'user', 'bob');
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^ +0 {2}CAN'T BE READ: UserRegistered, the data key of user "bob" \(tenant 1000\) .* is missing/m)
      .and.include("1 OF THEM CAN'T BE READ.");
    const torn = await cli('audit', 'history', 'group', 'torn');
    expect(torn.code).to.equal(1);
    expect(torn.stdout).to.match(/^ +1 {2}CAN'T BE READ: MemberJoined, its data must have required properties/m);

    const token = people['root'] ?? '';
    const page = await v1.call<{ items: Record<string, unknown>[] }>('GET', '/groups/torn/events', { token });
    expect(page.status).to.equal(200);
    expect(page.body.items[1]).to.include({ revision: 1, data: null });
    expect(page.body.items[1]?.['sentence']).to.match(/^MemberJoined: can't be read, its data must have/);
    const blank = await v1.call('GET', '/groups/blank/events', { token });
    expect(blank.body).to.deep.include({ status: 503, code: 'HistoryNotUnderstood' });
    expect(blank.body['facts']).to.include({ revision: 1, type: 'unreadable' });
  });

  it('a rebuild stops, says whose key is gone and what may be done', async () => {
    const { code, stderr } = await cli('projections', 'rebuild', 'users');
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/data key of user "(bob|carl)" \(tenant 1000\)/)
      .and.include('--lost-keys-as-tombstones');
    expect((await cli('audit', 'lost-keys')).stdout).to.equal('No data key was given up.\n');
  });

  it('it goes on with tombstones when it is told to, which is recorded, and then all may go on', async () => {
    const rebuilt = await cli('projections', 'rebuild', 'users', '--lost-keys-as-tombstones');
    expect(rebuilt.code, rebuilt.stderr).to.equal(0);
    const record = await cli('audit', 'lost-keys');
    for (const whose of ['bob', 'carl']) {
      expect(rebuilt.stdout).to.match(new RegExp(`users: user "${whose}" \\(tenant 1000\\), key .*, was given up`));
      expect(record.stdout).to.match(
        new RegExp(`^\\d{4}-\\S+Z  user "${whose}" \\(tenant 1000\\), key \\S+, given up by \\S+@\\S+$`, 'm'),
      );
    }
    expect((await cli('projections', 'verify', 'users')).code).to.equal(0);
    const audited = await cli('audit', 'history', 'user', 'bob');
    expect([audited.code, audited.stdout]).to.satisfy(
      ([code, text]: [number, string]) => code === 0 && text.includes('The hash chain holds'),
    );

    const token = people['carl'] ?? '';
    const renamed = await v1.call<{ position: string }>('PATCH', '/users/me', { token, body: { nickname: 'Carlo' } });
    expect(renamed.status, JSON.stringify(renamed.body)).to.equal(200);
    const me = await v1.call('GET', `/users/me?minPosition=${renamed.body.position}`, { token });
    expect(me.body).to.include({ nickname: 'Carlo' });
    expect((await cli('projections', 'verify', 'users')).code).to.equal(0);
  });

  it('a key that comes back opens again what it had encrypted', async () => {
    const columns = Object.keys(bobsKey ?? {});
    await pool.query(
      `INSERT INTO system.data_key (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${String(i + 1)}`).join(', ')})`,
      Object.values(bobsKey ?? {}),
    );
    const rebuilt = await cli('projections', 'rebuild', 'users');
    expect(rebuilt.code, rebuilt.stderr).to.equal(0);
    const bob = await v1.call('GET', '/users/me', { token: people['bob'] ?? '' });
    expect(bob.body).to.include({ nickname: 'bob' });
  });

  it('with another master key the tools say so in a sentence', async () => {
    const { code, stderr } = await runCli(['audit', 'history', 'group', 'club'], {
      ...env,
      PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    });
    expect(code).to.equal(1);
    expect(stderr.trim()).to.match(/^The data keys of this database were made under another master key\. .*$/);
  });
});
