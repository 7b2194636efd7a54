import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

let parley: RunningParley;
before(async function () {
  this.timeout(60_000);
  parley = await runParley({ METRICS_PORT: '0' });
});
after(() => parley.stop());

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
    expect((await fetch(`${parley.metrics!}/v1/groups`)).status).to.equal(404);
    expect((await fetch(`${parley.metrics!}/metrics`, { method: 'POST' })).status).to.equal(405);
  });
});
