/** Whether the server can answer now; asked by /health/ready. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly [fact: string]: unknown }>>;
}

/** How one projection stands, as far as readiness cares. */
export interface Progress {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  /** For how long it has not passed an end of the log that was seen then, ms. */
  readonly lag: number;
  /** It has passed an end of the log since the process began. */
  readonly caughtUp: boolean;
  readonly parked: number;
}

/** What a server can't do without: each rejects, or doesn't answer, while it is away. */
export interface Dependencies {
  readonly eventStore: () => Promise<unknown>;
  readonly database: () => Promise<unknown>;
  /** Needs both of the others. */
  readonly projections: () => Promise<readonly Progress[]>;
}

/** How far a projection may be behind the log before the server counts as not ready, ms. */
const READY_LAG_MS = 5_000;

/** Whoever probes wants to know soon: what doesn't answer by then counts as away, ms. */
const READY_ANSWER_MS = 1_000;

/** Asks all at once; green again as soon as they answer again. However often it is asked, each is asked once at a time. */
export function readinessOf(dependencies: Dependencies): () => Promise<Readiness> {
  const eventStore = new Asked(dependencies.eventStore);
  const database = new Asked(dependencies.database);
  const projections = new Asked(dependencies.projections);
  return async () => {
    const [store, data, progress] = await Promise.all([eventStore.now(), database.now(), projections.now()]);
    const checks: Record<string, Readiness['checks'][string]> = {
      eventStore: seen(store),
      database: seen(data),
      projections: seen(progress),
    };
    for (const { name, version, state, lag, caughtUp, parked } of progress.answer ?? []) {
      const ok = state !== 'stopped' && caughtUp && lag < READY_LAG_MS;
      checks[`${name}_v${version.toString()}`] = { ok, state, lagMs: lag, parked };
    }
    return { ready: Object.values(checks).every(({ ok }) => ok), checks };
  };
}

interface Answered<T> {
  readonly answer?: T;
  /** Why there is none. */
  readonly problem?: string;
}

const seen = ({ problem }: Answered<unknown>): Readiness['checks'][string] =>
  problem === undefined ? { ok: true } : { ok: false, problem };

/** The details of a failure are for the log, not for whoever probes. */
class Asked<T> {
  #asking: Promise<Answered<T>> | undefined;

  constructor(private readonly ask: () => Promise<T>) {}

  async now(): Promise<Answered<T>> {
    this.#asking ??= this.ask()
      .then(
        (answer) => ({ answer }),
        () => ({ problem: 'does not answer' }),
      )
      .finally(() => (this.#asking = undefined));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answered<T>>((resolve) => {
      timer = setTimeout(() => {
        resolve({ problem: `no answer within ${READY_ANSWER_MS.toString()} ms` });
      }, READY_ANSWER_MS);
    });
    try {
      return await Promise.race([this.#asking, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
