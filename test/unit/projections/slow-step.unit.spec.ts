import { expect } from 'chai';
import { Opener } from '../../../application/following/open.js';
import { Feed } from '../../../projections/engine/feed.js';
import type { Projection } from '../../../projections/engine/projection.js';
import { Waits } from '../../../projections/engine/wait.js';
import { ArrayEventStore, plainSerializer, plainText } from '../../support/array-event-store.js';
import { eventually } from '../../support/eventually.js';
import { MemoryReadSide, recording } from '../../support/memory-read-side.js';
import { silentLogger } from '../../support/silent-logger.js';

/** Its step over an event of stream `long` lasts until it is told to end. */
function heldAt(projection: Projection): { readonly projection: Projection; readonly letGo: () => void } {
  let letGo = (): void => undefined;
  const done = new Promise<void>((resolve) => (letGo = resolve));
  const apply: Projection['apply'] = async (events, tables, db) => {
    if (events.some(({ stream }) => stream === 'long')) await done;
    await projection.apply(events, tables, db);
  };
  return { projection: { ...projection, apply }, letGo };
}

describe('Given a projection that has a long step before it', () => {
  let log: ArrayEventStore;
  let readSide: MemoryReadSide;
  let feed: Feed;
  let letGo: () => void;

  const write = (...streams: readonly string[]): void => {
    for (const stream of streams) {
      const n = log.log.length;
      const revision = log.log.filter((event) => event.stream === stream).length;
      const text = plainText({ type: 'A', data: {} }, { tenant: 't', occurredAt: 1 });
      log.push({ id: String(n), stream, revision, type: 'A', ...text });
    }
    log.wake();
  };
  const end = (): string => log.log.at(-1)?.position ?? '';
  const at = (name: string): string => readSide.positionOf(name);

  beforeEach(async () => {
    log = new ArrayEventStore();
    const held = heldAt(recording('slow', ['A']));
    letGo = held.letGo;
    const projections = [recording('quick', ['A']), held.projection, recording('other', ['B'])];
    readSide = new MemoryReadSide(projections, log.log);
    await readSide.claim();
    const waits = new Waits({ poll: () => Promise.resolve(new Map()), isFedHere: () => true, pollMs: 1 });
    const pool = readSide.poolOf({ relieved: false });
    const confirm = (): Promise<void> => Promise.resolve();
    const options = { store: log, pool, projections, confirm, log: silentLogger, patienceMs: 5 };
    feed = new Feed(options, new Opener(plainSerializer, new Set(['A', 'B'])), waits);
    write('short', 'long', 'short');
  });

  afterEach(async () => {
    letGo();
    await feed.stop();
    expect(readSide.broken).to.deep.equal([]);
  });

  it('when more comes, then the others show it, and it comes after when it is done', async () => {
    await eventually(() => at('quick') === end() && at('other') === end());
    for (let n = 0; n < 3; n++) {
      write('short', 'short');
      await eventually(() => at('quick') === end() && at('other') === end());
    }
    expect(at('slow')).to.equal('');
    letGo();
    await eventually(() => at('slow') === end());
    write('short');
    await eventually(() => ['quick', 'slow', 'other'].every((name) => at(name) === end()));
  });

  it('when the feed is told to stop, then it ends with the step in hand', async () => {
    await eventually(() => at('quick') === end());
    let stopped = false;
    const stopping = feed.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stopped).to.equal(false);
    letGo();
    await stopping;
    expect(at('slow')).to.equal(end());
  });
});
