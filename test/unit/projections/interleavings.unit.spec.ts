import { expect } from 'chai';
import fc from 'fast-check';
import { EventStoreUnavailable, type EventStore } from '../../../application/ports/event-store.js';
import { NotLeading } from '../../../application/following/lead.js';
import { Feed } from '../../../projections/engine/feed.js';
import { Opener } from '../../../application/following/open.js';
import { projectionKey } from '../../../projections/engine/projection.js';
import { Waits } from '../../../projections/engine/wait.js';
import { ArrayEventStore, plainSerializer, plainText } from '../../support/array-event-store.js';
import { type Fault, FAULTS, MemoryReadSide, recording, turns } from '../../support/memory-read-side.js';
import { silentLogger } from '../../support/silent-logger.js';

/** Types of the log's events in turn: A and B are handled by different projections, N by none. */
const TYPES = 'AABBABNNBABN';
/** The others are written while those are read. */
const FIRST = 8;
/** Of the projection that can't apply the events of this stream. */
const POISONED = 'bad';
/** A stream has events of one type; every fourth is of the stream that one projection can't apply. */
const streamOf = (type: string, n: number): string => (n % 4 === 3 ? POISONED : `${type}${String(n % 3)}`);

const ACTIONS = [
  'nothing',
  /** Leadership goes: the feed is told to stop, and another begins when it has. */
  'stop',
  /** Leadership is taken over: another feed begins while this one still thinks that it leads. */
  'overlap',
  /** A rebuild shows the other letter, a little further than this one was. */
  'switch',
  'unpark',
  /** PostgreSQL loses what it committed last, and with all other connections the one that leads. */
  'crash',
] as const;
type Action = (typeof ACTIONS)[number];

/** In the soak run everything goes with everything. */
const RUNS = process.env['PARLEY_PROJECTOR_RUNS'];
const faultsWith = (action: Action): readonly (Fault | undefined)[] => {
  if (RUNS !== undefined || action === 'stop') return [undefined, ...FAULTS];
  return action === 'nothing' ? FAULTS : ['cut'];
};

interface Incident {
  /** Which call it happens at, counted from the start. */
  readonly at: number;
  readonly fault: Fault | undefined;
  readonly action: Action;
}

interface Plan {
  readonly incidents: readonly Incident[];
  /** Turns of the event loop that a reading and a statement take. */
  readonly storeTurns: number;
  readonly databaseTurns: number;
  readonly batchSize: number;
  /** How long the others wait for a slow projection, ms; undefined: as ever. */
  readonly patienceMs?: number | undefined;
}

const PLAIN: Plan = { incidents: [], storeTurns: 4, databaseTurns: 1, batchSize: 2 };
/** Backoffs are real time: so many runs wait at once. */
const AT_ONCE = 100;

/** Runs feeds over the log until all of it is passed; gives what broke the law, and how many calls it took. */
async function run(plan: Plan): Promise<{ broken: readonly string[]; calls: number }> {
  const log = new ArrayEventStore();
  log.batchSize = plan.batchSize;
  const projections = [
    recording('a', ['A']),
    { ...recording('b', ['B']), unawaited: true } as const,
    recording('ab', ['A', 'B'], (stream) => stream === POISONED),
  ];
  const readSide = new MemoryReadSide(projections, log.log);
  readSide.turnsOf = (what) => (what === 'read' || what === 'open' ? plan.storeTurns : plan.databaseTurns);
  const revisions = new Map<string, number>();
  const write = (from: number, to: number): void => {
    for (const [n, type] of [...TYPES].slice(from, to).entries()) {
      const stream = streamOf(type, from + n);
      const revision = (revisions.get(stream) ?? -1) + 1;
      revisions.set(stream, revision);
      log.push({
        id: String(from + n),
        stream,
        revision,
        type,
        ...plainText({ type, data: {} }, { tenant: 't', occurredAt: 1 }),
      });
    }
    log.wake();
  };

  const away = (): Error => new EventStoreUnavailable('as the test asked');
  const store: EventStore = Object.assign(Object.create(log) as EventStore, {
    subscribe: async function* (options: Parameters<EventStore['subscribe']>[0]) {
      for await (const batch of log.subscribe(options)) yield await readSide.other('read', () => batch, away);
    },
  });
  const opener = new Opener(
    { open: (events) => readSide.other('open', () => plainSerializer.open(events), away) },
    new Set('AB'),
  );
  interface Leading {
    relieved: boolean;
    feed?: Feed;
    stopping?: Promise<void>;
  }
  const leaders: Leading[] = [];
  /** Whoever is given leadership has the lock, and the one before has not. */
  const begin = async (): Promise<void> => {
    const former = leaders.at(-1);
    const leading: Leading = { relieved: false };
    leaders.push(leading);
    await readSide.claim();
    if (former) former.relieved = true;
    const waits = new Waits({ poll: () => Promise.resolve(new Map()), isFedHere: () => true, pollMs: 1 });
    const confirm = (): Promise<void> =>
      readSide.other(
        'confirm',
        () => {
          if (leaders.at(-1) !== leading) throw new NotLeading();
        },
        () => new Error('Connection terminated unexpectedly'),
      );
    const pool = readSide.poolOf(leading);
    const { patienceMs } = plan;
    leading.feed = new Feed({ store, pool, projections, confirm, patienceMs, log: silentLogger }, opener, waits);
  };
  const stop = (which: Leading): Promise<void> => (which.stopping ??= which.feed?.stop() ?? Promise.resolve());

  const errands: Promise<unknown>[] = [];
  const act: Record<Action, () => unknown> = {
    nothing: () => undefined,
    stop: () => stop(leaders.at(-1)!).then(begin),
    overlap: () => {
      const former = leaders.at(-1)!;
      return begin()
        .then(() => turns(30))
        .then(() => stop(former));
    },
    switch: () => readSide.switchLetter('ab', 3),
    unpark: () => readSide.unpark('ab'),
    crash: () => {
      readSide.crash(2);
      return turns(30).then(act.stop);
    },
  };
  readSide.atCall = (call) => {
    if (call === 20) write(FIRST, TYPES.length);
    let fault: Fault | undefined;
    for (const incident of plan.incidents) {
      if (incident.at !== call) continue;
      errands.push(Promise.resolve(act[incident.action]()));
      fault ??= incident.fault;
    }
    return fault;
  };
  const end = (): string => log.log.at(-1)!.position;
  const passed = (): boolean =>
    log.log.length === TYPES.length && projections.every(({ name }) => readSide.positionOf(name) === end());
  let deadline: NodeJS.Timeout | undefined;
  const isOver = new Promise<void>((resolve) => {
    readSide.onCommit = () => {
      if (passed() || readSide.broken.length > 0) resolve();
    };
    deadline = setTimeout(() => {
      const where = projections.map((each) => `${projectionKey(each)} ${readSide.positionOf(each.name)}`);
      readSide.broken.push(`never came to ${end()}: ${where.join()}`);
      resolve();
    }, 60_000);
  });
  write(0, FIRST);
  await begin();
  await isOver;
  clearTimeout(deadline);
  const { calls } = readSide;
  await Promise.all(errands);
  await Promise.all(leaders.map(stop));
  return { broken: readSide.broken, calls };
}

describe('A checkpoint passes only what was applied or isn’t handled, and who was relieved writes nothing', function () {
  this.timeout(RUNS === undefined ? 120_000 : 0);

  it('with each fault at each await of a feed, together with whatever else happens there', async () => {
    const plain = await run(PLAIN);
    expect(plain.broken).to.deep.equal([]);
    const plans = Array.from({ length: plain.calls }, (_, at) => at).flatMap((at) =>
      ACTIONS.flatMap((action) =>
        faultsWith(action).map((fault): Plan => ({ ...PLAIN, incidents: [{ at, fault, action }] })),
      ),
    );
    for (let from = 0; from < plans.length; from += AT_ONCE) {
      const some = plans.slice(from, from + AT_ONCE);
      const wrong = (await Promise.all(some.map(run))).flatMap(({ broken }, i) =>
        broken.slice(0, 1).map((what) => `${JSON.stringify(some[i]!.incidents)}: ${what}`),
      );
      expect(wrong).to.deep.equal([]);
    }
  });

  it('with several of them, however long everything takes', async () => {
    const incident: fc.Arbitrary<Incident> = fc.record({
      at: fc.nat(90),
      fault: fc.constantFrom(undefined, ...FAULTS),
      action: fc.constantFrom(...ACTIONS),
    });
    const plan: fc.Arbitrary<Plan> = fc.record({
      incidents: fc.array(incident, { minLength: 1, maxLength: 5 }),
      storeTurns: fc.nat(12),
      databaseTurns: fc.nat(4),
      batchSize: fc.integer({ min: 1, max: 5 }),
      patienceMs: fc.constantFrom(undefined, 0),
    });
    // Each of them many at once: they spend their time waiting.
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 40, maxLength: 40 }), async (plans) => {
        for (const { broken } of await Promise.all(plans.map(run))) expect(broken).to.deep.equal([]);
      }),
      { numRuns: Number(RUNS ?? 5) },
    );
  });
});
