import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  ANY,
  EventStoreDBClient,
  type EventTypeToRecordedEvent,
  jsonEvent,
  type JSONEventType,
  NO_STREAM,
  START,
  StreamNotFoundError,
  streamNameFilter,
} from '@eventstore/db-client';
import { expect } from 'chai';

import { type EsdbDouble, startEsdbDouble } from '../support/esdb-double/index.js';

type Noted = JSONEventType<'Noted', { n: number }>;

const noted = (n: number, id: string = randomUUID()) => jsonEvent<Noted>({ id, type: 'Noted', data: { n } });

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const UNAVAILABLE = 14;

describe('the EventStoreDB double: failures to order, restarts, many clients', () => {
  let double: EsdbDouble;
  let clients: EventStoreDBClient[] = [];

  const connect = (url = double.url): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(url);
    clients.push(client);
    return client;
  };

  const read = async (client: EventStoreDBClient, stream: string): Promise<number[]> => {
    const numbers: number[] = [];
    try {
      for await (const { event } of client.readStream<Noted>(stream)) if (event) numbers.push(event.data.n);
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return numbers;
  };

  const failed = async (promise: Promise<unknown>): Promise<unknown> => {
    try {
      await promise;
    } catch (error) {
      return error;
    }
    return expect.fail('the append was answered');
  };

  beforeEach(async () => {
    double = await startEsdbDouble();
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.dispose()));
    clients = [];
    await double.stop();
  });

  it('writes, then cuts the connection before the answer', async () => {
    const client = connect();
    const events = [noted(1), noted(2)];
    const cut = double.faults.cutAfterWrite();
    const error = await failed(client.appendToStream('s', events, { expectedRevision: NO_STREAM }));
    await cut;
    expect(codeOf(error)).to.equal(UNAVAILABLE);
    expect(await read(client, 's')).to.deep.equal([1, 2]);
    const again = await client.appendToStream('s', events, { expectedRevision: NO_STREAM });
    expect(again.nextExpectedRevision).to.equal(1n);
    expect(await read(client, 's')).to.deep.equal([1, 2]);
  });

  it('cuts the connection at once and writes later, after a read found nothing', async () => {
    const client = connect();
    const landed = double.faults.hangThenWrite({ delayMs: 150 });
    const error = await failed(client.appendToStream('s', noted(1), { expectedRevision: NO_STREAM }));
    expect(codeOf(error)).to.equal(UNAVAILABLE);
    expect(await read(client, 's')).to.deep.equal([]);
    await landed;
    expect(await read(client, 's')).to.deep.equal([1]);
  });

  it('cuts the connection and writes nothing', async () => {
    const client = connect();
    const cut = double.faults.cutBeforeWrite();
    const error = await failed(client.appendToStream('s', noted(1), { expectedRevision: NO_STREAM }));
    await cut;
    expect(codeOf(error)).to.equal(UNAVAILABLE);
    expect(await read(client, 's')).to.deep.equal([]);
  });

  it('writes and never answers', async () => {
    const client = connect();
    const written = double.faults.neverAnswer();
    let answered = false;
    const append = client.appendToStream('s', noted(1), { expectedRevision: NO_STREAM }).then(
      () => (answered = true),
      () => undefined,
    );
    await written;
    expect(await read(client, 's')).to.deep.equal([1]);
    expect(answered).to.equal(false);
    double.faults.cutConnections();
    await append;
    expect(answered).to.equal(false);
  });

  it('keeps a failure for the stream it was ordered for, and for one append', async () => {
    const client = connect();
    const cut = double.faults.cutAfterWrite({ stream: 'theirs' });
    await client.appendToStream('ours', noted(1));
    await failed(client.appendToStream('theirs', noted(1)));
    await cut;
    await client.appendToStream('theirs', noted(2));
    expect(await read(client, 'theirs')).to.deep.equal([1, 2]);
  });

  it('keeps its data over a restart on the same port, and writes nothing that was to land after the stop', async () => {
    const client = connect();
    await client.appendToStream('s', noted(1), { expectedRevision: NO_STREAM });
    void double.faults.hangThenWrite({ delayMs: 50 });
    await failed(client.appendToStream('s', noted(2), { expectedRevision: 0n }));
    const { port, log } = double;
    await double.stop();
    double = await startEsdbDouble({ port, log });
    const { nextExpectedRevision } = await connect().appendToStream('s', noted(3), { expectedRevision: 0n });
    expect(nextExpectedRevision).to.equal(1n);
    expect(await read(connect(), 's')).to.deep.equal([1, 3]);
  });

  it('gives the appends of many clients one order with increasing positions', async () => {
    const all = Array.from({ length: 8 }, () => connect());
    await Promise.all(
      all.flatMap((client, c) =>
        Array.from({ length: 50 }, (_, n) =>
          client.appendToStream(n % 2 ? 'shared' : `own-${c}`, [noted(n), noted(n)], { expectedRevision: ANY }),
        ),
      ),
    );
    let before = 0n;
    let count = 0;
    const next = new Map<string, bigint>();
    for await (const { event } of connect().readAll({ fromPosition: START })) {
      const { position, revision, streamId } = event as EventTypeToRecordedEvent<Noted>;
      expect(position?.commit).to.equal(position?.prepare);
      expect((position?.commit ?? 0n) > before).to.equal(true);
      expect(revision).to.equal(next.get(streamId) ?? 0n);
      next.set(streamId, revision + 1n);
      before = position?.commit ?? 0n;
      count++;
    }
    expect(count).to.equal(800);
  });

  it('is found through its gossip', async () => {
    const client = connect(`esdb://127.0.0.1:${double.port},127.0.0.1:${double.port}?tls=false`);
    await client.appendToStream('s', noted(1));
    expect(await read(client, 's')).to.deep.equal([1]);
  });

  it('ends a live subscription whose reader takes nothing, and loses nothing to one that resumes', async () => {
    await double.stop();
    double = await startEsdbDouble({ slowConsumerEvents: 100 });
    const client = connect();
    const filter = streamNameFilter({ prefixes: ['s'] });
    const slow = client.subscribeToAll({ filter });
    const error = new Promise((resolve) => slow.once('error', resolve));
    await once(slow, 'caughtUp');
    const padding = 'x'.repeat(4000);
    for (let n = 0; n < 50; n++) {
      const events = Array.from({ length: 100 }, () => jsonEvent({ type: 'Noted', data: { padding } }));
      await client.appendToStream('s', events);
    }
    expect(await error).to.include({ type: 'timeout', code: 10 });

    const revisions: bigint[] = [];
    const resumed = connect().subscribeToAll({ filter });
    for await (const { event } of resumed) if (revisions.push(event?.revision ?? -1n) === 5000) break;
    await resumed.unsubscribe();
    expect(revisions.every((revision, index) => revision === BigInt(index))).to.equal(true);
  });

  it('starts from the command line, says where, and ends when told to', async () => {
    const main = join(dirname(fileURLToPath(import.meta.url)), '../support/esdb-double/main.js');
    const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const url = line.toString().trim();
      expect(url).to.match(/^esdb:\/\/127\.0\.0\.1:\d+\?tls=false$/);
      const client = connect(url);
      await client.appendToStream('s', noted(1));
      expect(await read(client, 's')).to.deep.equal([1]);
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).to.deep.equal([0, null]);
    }
  });
});
