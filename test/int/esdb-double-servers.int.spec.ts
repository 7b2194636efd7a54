import type { EventStoreDBClient } from '@eventstore/db-client';
import { jsonEvent, NO_STREAM, NotLeaderError, streamNameFilter, UnavailableError } from '@eventstore/db-client';
import { expect } from 'chai';
import { once } from 'node:events';

import type { EsdbDouble } from '../support/esdb-double/index.js';
import { EsdbStores, rejection } from '../support/esdb-stores.js';
import { eventually } from '../support/eventually.js';

const noted = (n: number) => jsonEvent({ type: 'Noted', data: { n } });
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function read(client: EventStoreDBClient, stream: string, requiresLeader = false): Promise<number> {
  let count = 0;
  for await (const { event } of client.readStream(stream, { requiresLeader })) if (event) count += 1;
  return count;
}

describe('the EventStoreDB double: as a server that fails, in a cluster, in a process of its own', function () {
  this.timeout(60_000);
  const stores = new EsdbStores();
  let double: EsdbDouble;
  let client: EventStoreDBClient;

  beforeEach(async () => {
    double = await stores.double();
    client = stores.bareClient(double.url);
  });
  afterEach(() => stores.close());

  it('is gone for a while, and back on its port with its data', async () => {
    await client.appendToStream('s', noted(1), { expectedRevision: NO_STREAM });
    const back = double.faults.goDownFor(100);
    expect(await rejection(read(client, 's'))).to.be.instanceOf(UnavailableError);
    await back;
    await eventually(async () => (await read(stores.bareClient(double.url), 's')) === 1);
  });

  it('refuses every call while it is not ready, and hangs without losing what it was sent', async () => {
    await client.appendToStream('s', noted(1), { expectedRevision: NO_STREAM });
    double.faults.refuse();
    expect(await rejection(read(stores.bareClient(double.url), 's'))).to.be.instanceOf(UnavailableError);
    double.faults.heal();
    double.faults.hang();
    const hanging = client.appendToStream('s', noted(2), { expectedRevision: 0n });
    let answered = false;
    void hanging.finally(() => (answered = true));
    const later = read(client, 's');
    await eventually(() => double.calls.reads === 1);
    expect(answered).to.equal(false);
    double.faults.heal();
    expect((await hanging).nextExpectedRevision).to.equal(1n);
    expect(await later).to.equal(2);
  });

  it('answers late while it is told to', async () => {
    double.faults.delayAnswers(80);
    const began = performance.now();
    await client.appendToStream('s', noted(1));
    expect(performance.now() - began).to.be.greaterThan(75);
    expect(await read(client, 's')).to.equal(1);
  });

  for (const cut of ['connection', 'call'] as const) {
    it(`cuts the ${cut} of a read behind exactly so many events`, async () => {
      await client.appendToStream('s', range(50).map(noted));
      const happened = double.faults.cutRead({ stream: 's', afterEvents: 20, cut });
      let seen = 0;
      const reading = (async () => {
        for await (const { event } of client.readStream('s')) if (event) seen += 1;
      })();
      expect(await rejection(reading)).to.be.instanceOf(UnavailableError);
      await happened;
      if (cut === 'call') expect(seen).to.equal(20);
      else expect(seen).to.be.lessThan(21);
    });
  }

  it('sends wrong checkpoints, and system events through a filter', async () => {
    await client.appendToStream('s', range(100).map(noted));
    const head = BigInt(double.log.head);
    double.faults.wrongCheckpoints('ahead');
    double.faults.leakSystemEvents();
    await client.appendToStream('$leaked', noted(1));
    const checkpoints: bigint[] = [];
    const filter = streamNameFilter({
      prefixes: ['none'],
      checkpointInterval: 1,
      checkpointReached: (_, { commit }) => {
        checkpoints.push(commit);
      },
    });
    const subscription = client.subscribeToAll({ filter });
    const [{ event }] = (await once(subscription, 'data')) as [{ event: { streamId: string } }];
    expect(event.streamId).to.equal('$leaked');
    expect(checkpoints).to.not.be.empty;
    expect(checkpoints.every((commit) => commit > head + 1_000n)).to.equal(true);
    await subscription.unsubscribe();
  });

  it('counts the calls that clients hold open', async () => {
    const subscription = client.subscribeToAll();
    subscription.on('error', () => undefined);
    await once(subscription, 'caughtUp');
    expect(double.calls.subscriptions).to.equal(1);
    await subscription.unsubscribe();
    await eventually(() => double.calls.subscriptions === 0);
  });

  it('in a cluster is found by gossip, and names the leader to whoever asked a follower for him', async () => {
    const cluster = await stores.cluster();
    await stores.bareClient(cluster.url).appendToStream('s', noted(1), { expectedRevision: NO_STREAM });
    const asked = stores.bareClient(cluster.nodes[1]!.url);
    const error = await rejection(read(asked, 's', true));
    expect(error).to.be.instanceOf(NotLeaderError);
    expect(error).to.deep.include({ leader: { address: '127.0.0.1', port: cluster.nodes[0]!.port } });
    expect(await read(asked, 's', true)).to.equal(1);

    cluster.moveLeader(2);
    await cluster.nodes[0]!.faults.goDown();
    const found = stores.bareClient(cluster.url);
    await found.appendToStream('s', noted(2), { expectedRevision: 0n, requiresLeader: true });
    expect(cluster.log.stream('s')?.events).to.have.length(2);
  });

  it('as a follower serves what the leader had a while ago, and passes appends on', async () => {
    const cluster = await stores.cluster({ lagMs: Infinity });
    const behind = stores.bareClient(cluster.nodes[1]!.url);
    const { nextExpectedRevision } = await behind.appendToStream('s', noted(1), { expectedRevision: NO_STREAM });
    expect(nextExpectedRevision).to.equal(0n);
    expect(cluster.nodes[1]!.calls.forwarded).to.equal(1);
    expect(await rejection(read(behind, 's'))).to.have.property('type', 'stream-not-found');
    const began = performance.now();
    cluster.setLag(50);
    await eventually(async () => (await read(behind, 's')) === 1);
    expect(performance.now() - began).to.be.greaterThan(45);
  });

  it('in a process of its own takes orders, and says what is open', async () => {
    const remote = await stores.remoteDouble();
    const other = stores.bareClient(remote.url);
    await other.appendToStream('s', noted(1), { expectedRevision: NO_STREAM });
    const cut = remote.faults.cutAfterWrite({ stream: 's' });
    await remote.armed();
    expect(await rejection(other.appendToStream('s', noted(2), { expectedRevision: 0n }))).to.have.property('code', 14);
    await cut;
    await remote.faults.goDown();
    expect(await rejection(read(stores.bareClient(remote.url), 's'))).to.be.instanceOf(UnavailableError);
    await remote.faults.comeUp();
    const after = stores.bareClient(remote.url);
    expect(await read(after, 's')).to.equal(2);
    expect(await remote.calls()).to.deep.include({ subscriptions: 0, appends: 0 });
  });
});
