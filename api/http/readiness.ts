/** Whether the server can answer now; asked by /health/ready. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly [fact: string]: unknown }>>;
  /** What is wrong, by the checks' names, as a sentence; only where it isn't ready. */
  readonly detail?: string;
}

/** How one projection stands, as far as readiness cares. */
export interface Progress {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  /** Where it stands; it moves with every batch. */
  readonly position?: string | undefined;
  /** For how long it has not passed an end of the log that was seen then, ms. */
  readonly lag: number;
  /** It has passed an end of the log since the process began. */
  readonly caughtUp: boolean;
  readonly parked: number;
  /** Why it has stopped. */
  readonly reason?: string;
}

/** How far one process has reacted to the log. */
export interface Reaction {
  readonly name: string;
  readonly state: string;
  /** As of a projection, ms. */
  readonly lag: number;
  readonly parked: number;
  /** Why it has stopped. */
  readonly reason?: string;
}

/** What a server can't do without: each rejects, or doesn't answer, while it is away. */
export interface Dependencies {
  readonly eventStore: () => Promise<unknown>;
  readonly database: () => Promise<unknown>;
  /** Why nothing, or not everything, can be written now, a sentence each; known without asking. */
  readonly troubles: () => readonly string[];
  /** Needs both of the others. */
  readonly projections: () => Promise<readonly Progress[]>;
  /** As the projections. What they are late with needn't keep anybody from asking. */
  readonly processes: () => Promise<readonly Reaction[]>;
}

/**
 * For how long a projection that is behind the log may stand where it stands, ms. One that is behind and moves is at work, and
 * taking the server out of service would help nobody.
 */
const READY_STILL_MS = 5_000;

/**
 * What answered so lately and is only slow now counts as there: under load a question waits for a connection like anybody
 * else's, and an orchestrator would take a busy server out of service for it, ms.
 */
const PATIENCE_MS = 3_000;

/** Whoever probes wants to know soon: what doesn't answer by then counts as away, ms. */
const READY_ANSWER_MS = 1_000;

export interface ReadinessTimes {
  readonly answerMs: number;
  readonly patienceMs: number;
  readonly stillMs: number;
}

const TIMES: ReadinessTimes = { answerMs: READY_ANSWER_MS, patienceMs: PATIENCE_MS, stillMs: READY_STILL_MS };

/**
 * Asks all at once; red as soon as one says that it is away, or is slow for longer than a moment, and green again as soon as
 * all answer again. However often it is asked, each is asked once at a time.
 */
export function readinessOf(dependencies: Dependencies, given: Partial<ReadinessTimes> = {}): () => Promise<Readiness> {
  const times = { ...TIMES, ...given };
  const stands = new Stands();
  const eventStore = new Asked(dependencies.eventStore, times);
  const database = new Asked(dependencies.database, times);
  const projections = new Asked(dependencies.projections, times);
  const processes = new Asked(dependencies.processes, times);
  return async () => {
    const [store, data, progress, reactions] = await Promise.all([
      eventStore.now(),
      database.now(),
      projections.now(),
      processes.now(),
    ]);
    const checks: Record<string, Readiness['checks'][string]> = {
      eventStore: seen(store),
      database: seen(data),
      projections: seen(progress),
    };
    const troubles = dependencies.troubles();
    checks['writes'] = troubles.length === 0 ? { ok: true } : { ok: false, problem: troubles.join('; ') };
    for (const each of progress.answer ?? []) checks[keyOf(each)] = judged(each, stands.of(each), times.stillMs);
    checks['processes'] = { ...seen(reactions), ok: true, ...facts(reactions.answer ?? []) };
    const wrong = Object.entries(checks).filter(([, { ok }]) => !ok);
    if (wrong.length === 0) return { ready: true, checks };
    return { ready: false, checks, detail: wrong.map(([name, check]) => `${name}: ${saidOf(check)}`).join('; ') };
  };
}

const saidOf = ({ problem }: Readiness['checks'][string]): string =>
  typeof problem === 'string' ? problem : 'has not caught up with the log yet';

const keyOf = ({ name, version }: Pick<Progress, 'name' | 'version'>): string => `${name}_v${version.toString()}`;

/** Since when a projection stands where it stands, as far as was seen from here. */
interface Stand {
  readonly place: string;
  /** On the clock of `performance.now()`. */
  readonly from: number;
  /** ISO 8601. */
  readonly since: string;
}

class Stands {
  readonly #stands = new Map<string, Stand>();

  /** As of now. */
  of(progress: Progress): Stand {
    const place = `${progress.state === 'stopped' ? 'stopped' : 'going'} ${progress.position ?? ''}`;
    const known = this.#stands.get(keyOf(progress));
    if (known?.place === place) return known;
    const stand = { place, from: performance.now(), since: new Date().toISOString() };
    this.#stands.set(keyOf(progress), stand);
    return stand;
  }
}

/** Red: nobody has paused it, and it is stopped, has never been level since the process began, or is behind and doesn't move. */
function judged(
  { state, lag, caughtUp, parked, reason }: Progress,
  { from, since }: Stand,
  stillMs: number,
): Readiness['checks'][string] {
  // Who has paused one knows that it is behind; who that was is not for whoever probes.
  if (state === 'paused') return { ok: true, state, lagMs: lag, parked };
  const isStill = lag > 0 && lag >= stillMs && performance.now() - from >= stillMs;
  const problem =
    reason ??
    (state === 'stopped'
      ? `stopped, seen since ${since}`
      : isStill
        ? `behind the log, and has not moved since ${since}`
        : undefined);
  const ok = state !== 'stopped' && caughtUp && !isStill;
  return {
    ok,
    state,
    lagMs: lag,
    parked,
    ...(ok ? {} : { since }),
    ...(problem === undefined ? {} : { problem }),
  };
}

interface Answered<T> {
  readonly answer?: T;
  /** Why there is none. */
  readonly problem?: string;
}

const seen = ({ problem }: Answered<unknown>): Readiness['checks'][string] =>
  problem === undefined ? { ok: true } : { ok: false, problem };

const facts = (reactions: readonly Reaction[]): object =>
  Object.fromEntries(
    reactions.map(({ name, state, lag, parked, reason }) => [
      name,
      { state, lagMs: lag, parked, ...(reason === undefined ? {} : { problem: reason }) },
    ]),
  );

/** The details of a failure are for the log, not for whoever probes. */
class Asked<T> {
  #asking: Promise<Answered<T>> | undefined;
  /** The newest answer, and when it came. */
  #last: { readonly answered: Answered<T>; readonly at: number } | undefined;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly times: ReadinessTimes,
  ) {}

  async now(): Promise<Answered<T>> {
    this.#asking ??= this.ask()
      .then(
        (answer) => ({ answer }),
        () => ({ problem: 'does not answer' }),
      )
      .then((answered) => {
        this.#asking = undefined;
        this.#last = { answered, at: performance.now() };
        return answered;
      });
    const { answerMs } = this.times;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answered<T>>((resolve) => {
      timer = setTimeout(() => {
        resolve(this.#recently() ?? { problem: `no answer within ${answerMs.toString()} ms` });
      }, answerMs);
    });
    try {
      return await Promise.race([this.#asking, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #recently(): Answered<T> | undefined {
    const { answered, at } = this.#last ?? { at: -Infinity };
    return performance.now() - at < this.times.patienceMs ? answered : undefined;
  }
}
