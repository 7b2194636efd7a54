/** One way of doing the row's work. `run` does it for about `ms` milliseconds and tells how much it did. */
export interface Side {
  readonly name: string;
  /** Work per second (or µs per operation, ms or MiB, where the row says so). */
  run(ms: number): Promise<number>;
}

export interface Row {
  readonly name: string;
  readonly unit: 'ops/s' | 'µs' | 'ms' | 'MiB';
  /** Where the row asks for other rounds than the run. */
  readonly plan?: Partial<Plan>;
  /** Done once before the row's warm-up. */
  readonly prepare?: () => Promise<void>;
  /** The first is ours, the others its peers and floors. */
  readonly sides: readonly Side[];
  /** Ratio of ours to `peer` that the row asks for: at least (ops/s) or at most (µs, ms, MiB). */
  readonly bars: readonly { readonly peer: string; readonly bar: number }[];
}

export interface Measured {
  readonly row: string;
  readonly unit: string;
  readonly sides: readonly { readonly name: string; readonly median: number; readonly rounds: readonly number[] }[];
  readonly ratios: readonly {
    readonly peer: string;
    readonly ratio: number;
    readonly bar?: number;
    readonly met?: boolean;
  }[];
}

export interface Plan {
  readonly rounds: number;
  readonly ms: number;
  readonly warmMs: number;
  /** For a first look: rows' own plans don't count. */
  readonly quick?: boolean;
}

/**
 * Interleaved: every round runs each side once, in an order that rotates from round to round, so that what the machine does
 * beside us falls on all alike. Each side runs before the first round for as long as a server needs to come to its speed
 * (Node compiles what is hot for some seconds), which doesn't count.
 */
export async function measure(row: Row, given: Plan): Promise<Measured> {
  const plan = { ...given, ...(given.quick === true ? {} : row.plan) };
  const rounds = row.sides.map(() => [] as number[]);
  await row.prepare?.();
  for (const side of row.sides) await side.run(plan.warmMs);
  for (let round = 0; round < plan.rounds; round++) {
    for (let i = 0; i < row.sides.length; i++) {
      const at = (i + round) % row.sides.length;
      const value = await row.sides[at]?.run(plan.ms);
      if (value !== undefined) rounds[at]?.push(value);
    }
  }
  const sides = row.sides.map((side, i) => ({
    name: side.name,
    median: median(rounds[i] ?? []),
    rounds: rounds[i] ?? [],
  }));
  const ours = sides[0]?.median ?? 0;
  return {
    row: row.name,
    unit: row.unit,
    sides,
    ratios: sides.slice(1).map(({ name, median: theirs }) => {
      const bar = row.bars.find((b) => b.peer === name)?.bar;
      const ratio = ours / theirs;
      return bar === undefined
        ? { peer: name, ratio }
        : { peer: name, ratio, bar, met: row.unit === 'ops/s' ? ratio >= bar : ratio <= bar };
    }),
  };
}

/**
 * Two sides whose operations take turns within a round, as one pair: what the machine does beside us falls on both alike.
 * @param run gives the values of both
 */
export function paired(
  names: readonly [string, string],
  run: (ms: number) => Promise<readonly [number, number]>,
): readonly [Side, Side] {
  const waiting: [number[], number[]] = [[], []];
  const side = (at: 0 | 1): Side => ({
    name: names[at],
    run: async (ms) => {
      if (waiting[at].length === 0) (await run(2 * ms)).forEach((value, i) => waiting[i === 0 ? 0 : 1].push(value));
      return waiting[at].shift() ?? NaN;
    },
  });
  return [side(0), side(1)];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? NaN;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Keeps `lanes` operations going for `ms`, at most `most`; operations per second. `operation` gets its lane, 0 … inFlight-1. */
export async function inFlight(
  lanes: number,
  ms: number,
  operation: (lane: number) => Promise<unknown>,
  most = Infinity,
): Promise<number> {
  let begun = 0;
  let done = 0;
  const start = performance.now();
  const end = start + ms;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (begun < most && performance.now() < end) {
        begun++;
        await operation(lane);
        done++;
      }
    }),
  );
  return (done * 1000) / (performance.now() - start);
}

export function table(results: readonly Measured[]): string {
  const lines = results.flatMap(({ row, unit, sides, ratios }) => [
    row,
    ...sides.map(({ name, median: value }, i) => {
      const ratio = i === 0 ? undefined : ratios[i - 1];
      const shown =
        ratio === undefined
          ? ''
          : `ours is ${ratio.ratio.toFixed(2)} of it${ratio.bar === undefined ? '' : ` (bar ${ratio.bar.toString()}: ${ratio.met === true ? 'met' : 'MISSED'})`}`;
      return `  ${name.padEnd(44)} ${number(value).padStart(12)} ${unit.padEnd(6)} ${shown}`;
    }),
    '',
  ]);
  return lines.join('\n');
}

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2));
