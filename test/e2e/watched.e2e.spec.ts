import { Metadata } from '@grpc/grpc-js';
import { expect } from 'chai';
import pg from 'pg';
import { makeLogger } from '../../infrastructure/logging.js';
import { eventually } from '../support/eventually.js';
import { GroupClient } from '../support/grpc-client.js';
import { type OtlpCollector, otlpCollector } from '../support/otlp-collector.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { SEALTALK_TEST_CODE, SealtalkClient } from '../support/sealtalk-client.js';
import { V1Client } from '../support/v1-client.js';

let parley: RunningParley;
let collector: OtlpCollector;
/** All that the server has logged, at its most talkative. */
let log = '';
const OPENIM_SECRET = 'planted: the secret of an app';
/** OpenTelemetry's SDK reads them itself. */
let otel: Record<string, string>;
before(async function () {
  this.timeout(60_000);
  collector = await otlpCollector();
  otel = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_SERVICE_NAME: 'club' };
  Object.assign(process.env, otel);
  const settings = { METRICS_PORT: '0', OPENIM_GRPC_PORT: '0', OPENIM_SECRET, SEALTALK_TEST_CODE };
  const logger = makeLogger('trace', {
    write: (line) => {
      log += line;
    },
  });
  parley = await runParley({ ...otel, ...settings }, undefined, logger);
});
after(async () => {
  for (const name of Object.keys(otel)) Reflect.deleteProperty(process.env, name);
  await parley.stop();
  await collector.close();
});

/** The samples of one metric: labels as they are written, and the value. */
async function samples(name: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${parley.metrics!}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return new Map(lines.map((line) => [/\{(.*)\}/.exec(line)?.[1] ?? '', Number(line.slice(line.lastIndexOf(' ')))]));
}

describe('the metrics of a server', () => {
  it('given commands, count them by name and outcome, and what came of them', async () => {
    const v1 = new V1Client(parley.url);
    const { token } = await v1.person('ada');
    const { body } = await v1.call<{ id: string }>('POST', '/groups', { token, body: { name: 'book club' } });
    expect((await v1.call('PATCH', `/groups/${body.id}`, { token, body: { name: 'book club' } })).status).to.equal(200);
    expect((await v1.call('PATCH', '/groups/nobody-made-it', { token, body: { name: 'x' } })).status).to.equal(404);
    await eventually(async () => {
      const commands = await samples('parley_command_duration_seconds_count');
      expect(commands.get('operation="CreateGroup",outcome="ok"')).to.be.at.least(1);
      expect([...commands.keys()].join('\n'))
        .to.match(/outcome="already-so"/)
        .and.match(/outcome="GroupNotFound"/);
      const requests = await samples('parley_http_requests_total');
      expect(requests.get('api="v1",status="201"')).to.be.at.least(2);
      expect(requests.get('api="v1",status="404"')).to.be.at.least(1);
    });
    expect((await samples('parley_append_duration_seconds_count')).get('outcome="appended"')).to.be.at.least(2);
    expect((await samples('parley_append_batch_appends_count')).get('')).to.be.at.least(1);
  });

  it('say how far each projection is, and that it has worked', async () => {
    await eventually(async () => {
      const lag = await samples('parley_projection_lag_events');
      expect(lag.get('projection="groups"')).to.equal(0);
      expect(new Set(lag.values())).to.deep.equal(new Set([0]));
    });
    expect((await samples('parley_projection_up')).get('projection="groups"')).to.equal(1);
    expect((await samples('parley_projection_fed')).get('projection="groups"')).to.equal(1);
    expect((await samples('parley_projection_batch_events_sum')).get('projection="groups"')).to.be.at.least(1);
    expect((await samples('parley_ready')).get('check="database"')).to.equal(1);
    expect((await samples('parley_process_up')).get('process="group-lines"')).to.equal(1);
    expect((await samples('parley_pool_connections')).has('pool="parley events write",state="idle"')).to.equal(true);
    expect((await samples('nodejs_eventloop_lag_seconds')).size).to.equal(1);
  });

  it('given paths that nobody declared, have no series of their own for them', async () => {
    const before = (await samples('parley_http_requests_total')).size;
    for (let i = 0; i < 5; i += 1) await fetch(`${parley.url}/v1/secret-${String(i)}?name=ada`);
    for (let i = 0; i < 5; i += 1) await fetch(`${parley.url}/other-${String(i)}`);
    const text = await (await fetch(`${parley.metrics!}/metrics`)).text();
    expect(text).to.not.match(/secret-|other-|ada/);
    expect((await samples('parley_http_requests_total')).size).to.be.at.most(before + 2);
  });

  it('are not to be had where people ask', async () => {
    expect((await fetch(`${parley.url}/metrics`)).status).to.equal(404);
    for (const how of ['live', 'ready'])
      expect(await (await fetch(`${parley.metrics!}/health/${how}`)).json()).to.have.property(how, true);
    expect((await fetch(`${parley.metrics!}/v1/groups`)).status).to.equal(404);
    expect((await fetch(`${parley.metrics!}/metrics`, { method: 'POST' })).status).to.equal(405);
  });
});

describe('the traces of a server', () => {
  const traceId = (n: number): string => n.toString(16).padStart(32, 'a');
  const CALLER = 'b'.repeat(16);
  /** What came of one trace, a line each: the span, and its parent's name. */
  const traced = (trace: string): string[] => {
    const spans = collector.spans.filter((span) => span.traceId === trace);
    const nameOf = (id = ''): string =>
      id === CALLER ? 'caller' : (spans.find(({ spanId }) => spanId === id)?.name ?? `unknown ${id}`);
    return spans.map(({ name, parentSpanId }) => `${nameOf(parentSpanId)} > ${name}`);
  };

  it('given a caller with a trace, have its command, its append and its projections in it', async () => {
    const v1 = new V1Client(parley.url);
    const { token } = await v1.person('tracy');
    const headers = { traceparent: `00-${traceId(1)}-${CALLER}-01` };
    expect((await v1.call('POST', '/groups', { token, headers, body: { name: 'traced' } })).status).to.equal(201);
    await eventually(() => {
      expect(traced(traceId(1))).to.include.members([
        'caller > command CreateGroup',
        'command CreateGroup > append group',
        'command CreateGroup > project groups',
        'command CreateGroup > project group_members',
        // What follows by itself belongs to it as well.
        'command CreateGroup > command SendNotice',
      ]);
    });
    const [command] = collector.spans.filter((span) => span.traceId === traceId(1) && span.name.startsWith('command'));
    expect(command?.attributes).to.include({ 'parley.outcome': 'ok', 'parley.via': 'v1:POST /groups' });
    expect([...collector.services]).to.deep.equal(['club']);
  });

  it('given a caller by gRPC likewise, and nothing where he keeps none', async () => {
    const v1 = new V1Client(parley.url);
    await v1.person('gina');
    const grpc = new GroupClient(parley.grpc!);
    const make = (groupID: string, flags: string, trace: string): Promise<{ ErrCode?: number }> => {
      const metadata = new Metadata();
      metadata.set('traceparent', `00-${trace}-${CALLER}-${flags}`);
      const by = { OpUserID: 'gina', operationID: 'o', OwnerUserID: 'gina' };
      return grpc.call(
        'createGroup',
        { ...by, GroupInfo: { groupID, groupName: 'g' }, InitMemberList: [] },
        {},
        metadata,
      );
    };
    expect((await make('untraced', '00', traceId(2))).ErrCode).to.equal(0);
    expect((await make('traced', '01', traceId(3))).ErrCode).to.equal(0);
    grpc.close();
    await eventually(() => {
      expect(traced(traceId(3))).to.include.members([
        'caller > command CreateGroup',
        'command CreateGroup > append group',
      ]);
    });
    expect(traced(traceId(2))).to.deep.equal([]);
  });
});

describe('the log of a server', () => {
  it('given a day of what people do, some of it wrong and some while a table is gone, holds nothing that they said', async () => {
    const v1 = new V1Client(parley.url);
    const secrets: string[] = [OPENIM_SECRET];
    /** Texts that can be told apart from everything else. */
    const planted = (what: string): string => {
      secrets.push(`planted ${what}`);
      return `planted ${what}`;
    };
    const raw = (path: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
      fetch(`${parley.url}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }).then(({ status }) => status);

    const { token } = await v1.person('olga');
    const other = await v1.person('otto');
    secrets.push(token, other.token, 'olga@example.org', 'password of olga');
    await v1.call('PATCH', '/users/me', { token, body: { nickname: planted('nickname') } });
    const { body: group } = await v1.call<{ id: string }>('POST', '/groups', {
      token,
      body: { name: planted('group'), introduction: planted('introduction') },
    });
    const say = (text: string, headers: Record<string, string> = {}) =>
      v1.call('POST', `/conversations/group:${group.id}/messages`, { token, headers, body: { text } });
    expect((await say(planted('message'))).status).to.equal(201);
    const asked = await v1.call('PUT', '/users/me/friend-requests/sent/otto', {
      token,
      body: { message: planted('request') },
    });
    expect(asked.status).to.be.below(300);

    const phone = '13900000017';
    secrets.push(phone);
    const cai = await SealtalkClient.registered(`${parley.url}/sealtalk`, planted('sealtalk'), phone, 'planted-p4ss');
    secrets.push('planted-p4ss');
    await cai.call('POST', '/user/login', { region: '86', phone, password: planted('guess') });
    const im = new OpenimClient(`${parley.url}/openim`, OPENIM_SECRET);
    const { ivo = '' } = await im.people('ivo');
    secrets.push(ivo);
    await im.call(
      '/user/update_user_info_ex',
      { userInfo: { userID: 'ivo', nickname: planted('openim') } },
      { token: ivo },
    );
    await im.call('/group/create_group', `{"groupInfo":{"groupName":"${planted('broken')}`, { token: ivo });

    // Wrong in every way that is easy to think of.
    expect(
      await raw('/v1/sessions', JSON.stringify({ login: planted('login'), password: planted('password') })),
    ).to.equal(401);
    expect(await raw('/v1/groups', `{"name": "${planted('json')}`, { authorization: `Bearer ${token}` })).to.equal(400);
    expect(
      await raw(`/v1/${encodeURIComponent(planted('path'))}?q=${encodeURIComponent(planted('query'))}`, '{}'),
    ).to.equal(404);
    expect(await raw('/v1/groups', '{}', { authorization: `Bearer ${planted('token').replace(' ', '.')}` })).to.equal(
      401,
    );
    secrets.push('planted.token');

    // And what nobody foresees.
    const database = new pg.Client({ connectionString: parley.databaseUrl });
    await database.connect();
    await database.query('ALTER TABLE system.idempotency RENAME TO elsewhere');
    const key = { 'idempotency-key': 'planted-key' };
    secrets.push('planted-key');
    const lost = await raw(`/v1/conversations/group:${group.id}/messages`, JSON.stringify({ text: planted('lost') }), {
      authorization: `Bearer ${token}`,
      ...key,
    });
    await database.query('ALTER TABLE system.elsewhere RENAME TO idempotency');
    await database.end();
    expect(lost).to.be.within(500, 503);

    await eventually(() => {
      expect(log).to.include('an idempotency key could not be claimed');
    });
    for (const secret of secrets) expect(log.includes(secret), secret).to.equal(false);
    expect(log).to.not.include('planted');
  });
});
