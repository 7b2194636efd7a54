import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Row } from '../harness.js';
import { Connection } from '../http-load.js';

const A_SECOND = 1_000;
const SECONDS = 20;
const LANES = 64;
/** One in so many is watched. */
const WATCHED = 20;
const GIVEN_UP_MS = 30_000;
/** Between two looks for rows: asked more often, the asking itself takes time from what is measured. */
const LOOK_MS = 3;

/** A row that somebody waits for. */
interface Awaited {
  readonly key: string;
  readonly since: number;
}

/** From being acknowledged to being seen, ms. */
export interface Lags {
  readonly p50: number;
  readonly p99: number;
  /** Acknowledged. */
  readonly aSecond: number;
}

/** Does `send` so many times a second on so many lanes; a lane that is late sends at once. Gives how many were acknowledged. */
async function atRate(ms: number, send: (lane: number, n: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const most = (ms / 1_000) * A_SECOND;
  let begun = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      while (begun < most && performance.now() < start + ms) {
        const n = begun++;
        const early = start + (n * 1_000) / A_SECOND - performance.now();
        if (early > 1) await pause(early);
        await send(lane, n);
        done++;
      }
    }),
  );
  return (done * 1_000) / (performance.now() - start);
}

function lagsOf(took: number[], aSecond: number): Lags {
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), aSecond };
}

/** Sees rows by their keys, asking again and again for those that are awaited. */
class Watcher {
  readonly took: number[] = [];
  readonly #awaited = new Map<string, Awaited>();

  constructor(private readonly seen: (keys: readonly string[]) => Promise<readonly string[]>) {}

  get waiting(): number {
    return this.#awaited.size;
  }

  awaits(key: string): void {
    this.#awaited.set(key, { key, since: performance.now() });
  }

  async look(): Promise<void> {
    if (this.#awaited.size === 0) return;
    const found = await this.seen([...this.#awaited.keys()]);
    const now = performance.now();
    for (const key of found) {
      const awaited = this.#awaited.get(key);
      if (awaited !== undefined) this.took.push(now - awaited.since);
      this.#awaited.delete(key);
    }
  }

  /** Looks until told to end and nothing is awaited. */
  async run(ended: () => boolean): Promise<void> {
    for (let end = Infinity; !ended() || this.#awaited.size > 0;) {
      if (ended()) end = Math.min(end, performance.now() + GIVEN_UP_MS);
      if (performance.now() > end) throw new Error('rows that were acknowledged never came');
      await this.look();
      await pause(LOOK_MS);
    }
  }
}

/** @param send gives a request; the conversation and the seq that it was given are in its answer */
export async function lagOfSends(ms: number, url: string, pool: pg.Pool, send: (n: number) => Buffer): Promise<Lags> {
  const connections = await Promise.all(Array.from({ length: LANES }, () => Connection.open(url)));
  const text = 'SELECT m.message_id FROM read.messages_v2 m WHERE m.tenant = $1 AND m.message_id = ANY ($2::text[])';
  const watcher = new Watcher(async (keys) => {
    const { rows } = await pool.query<{ message_id: string }>({ name: 'seen', text, values: ['1000', keys] });
    return rows.map((row) => row.message_id);
  });
  let ended = false;
  const watching = watcher.run(() => ended);
  try {
    const aSecond = await atRate(ms, async (lane, n) => {
      const answer = await connections[lane]?.send(send(n));
      if (answer?.status !== 201) throw new Error(`not sent: ${answer?.body ?? ''}`);
      if (n % WATCHED === 0)
        watcher.awaits((JSON.parse(answer.body) as { outcome: { messageId: string } }).outcome.messageId);
    });
    ended = true;
    await watching;
    return lagsOf(watcher.took, aSecond);
  } finally {
    ended = true;
    for (const connection of connections) connection.close();
  }
}

/** INSERT and NOTIFY in one statement; whoever listens selects what he was told of. */
export async function lagOfBareRows(ms: number, databaseUrl: string, pool: pg.Pool): Promise<Lags> {
  const listener = new pg.Client({ connectionString: databaseUrl });
  const inserting = new pg.Pool({ connectionString: databaseUrl, max: 32 });
  await listener.connect();
  try {
    await pool.query('CREATE TABLE IF NOT EXISTS public.bench_row (id text PRIMARY KEY, body text NOT NULL)');
    await listener.query('LISTEN bench_row');
    const seen = new Map<string, number>();
    const told: string[] = [];
    let selecting = false;
    const select = async (): Promise<void> => {
      selecting = true;
      while (told.length > 0) {
        const values = [told.splice(0)];
        const text = 'SELECT id, body FROM public.bench_row WHERE id = ANY ($1::text[])';
        const { rows } = await listener.query<{ id: string }>({ name: 'rows', text, values });
        const now = performance.now();
        for (const { id } of rows) seen.set(id, now);
      }
      selecting = false;
    };
    listener.on('notification', ({ payload = '' }) => {
      told.push(payload);
      if (!selecting) void select();
    });
    const run = Date.now().toString(36);
    const acknowledged = new Map<string, number>();
    const text = `WITH added AS (INSERT INTO public.bench_row (id, body) VALUES ($1, $2) RETURNING id)
      SELECT pg_notify('bench_row', id) FROM added`;
    const aSecond = await atRate(ms, async (_, n) => {
      const id = `${run}-${n.toString()}`;
      await inserting.query({
        name: 'insert',
        text,
        values: [id, 'Shall we meet at eight, as we said the other day?'],
      });
      acknowledged.set(id, performance.now());
    });
    for (const end = performance.now() + GIVEN_UP_MS; seen.size < acknowledged.size && performance.now() < end;)
      await pause(5);
    // Who was told before he was acknowledged waited for nothing.
    const took = [...acknowledged].map(([id, at]) => Math.max(0, (seen.get(id) ?? Infinity) - at));
    return lagsOf(took, aSecond);
  } finally {
    await inserting.end();
    await listener.end();
  }
}

/**
 * p50, p99 and the rate of the same runs: those are made for the first row, the others show what else they gave.
 * @param sends a run of so many ms of ours, `bareRows` of the peer's
 */
export function lagRows(
  name: string,
  sends: (ms: number) => Promise<Lags>,
  bareRows: (ms: number) => Promise<Lags>,
): readonly Row[] {
  const plan = { rounds: 5, ms: SECONDS * 1_000 };
  const ours = 'Parley /v1, message in the read table';
  const bare = 'bare INSERT, NOTIFY, SELECT';
  const aim = 'what is aimed at';
  const runs: Readonly<Record<string, Lags[]>> = { [ours]: [], [bare]: [] };
  const measured = (side: string, run: (ms: number) => Promise<Lags>) => {
    let warm = false;
    return {
      name: side,
      run: async (ms: number): Promise<number> => {
        const lags = await run(ms);
        // The warm-up doesn't count.
        if (warm) runs[side]?.push(lags);
        warm = true;
        return lags.p50;
      },
    };
  };
  const shown = (side: string, what: keyof Lags) => {
    let turn = 0;
    return {
      name: side,
      run: (): Promise<number> => {
        const all = runs[side] ?? [];
        return Promise.resolve(all[turn++ % all.length]?.[what] ?? NaN);
      },
    };
  };
  const again = { rounds: plan.rounds, ms: 0, warmMs: 0 };
  return [
    {
      name: `${name}, p50`,
      unit: 'ms',
      plan,
      sides: [measured(ours, sends), measured(bare, bareRows)],
      bars: [],
    },
    {
      name: `${name}, p99`,
      unit: 'ms',
      plan: again,
      sides: [shown(ours, 'p99'), shown(bare, 'p99'), { name: aim, run: () => Promise.resolve(25) }],
      bars: [{ peer: bare, bar: 3 }],
    },
    {
      name: `${name}, acknowledged a second`,
      unit: 'ops/s',
      plan: again,
      sides: [shown(ours, 'aSecond'), shown(bare, 'aSecond')],
      bars: [],
    },
  ];
}
