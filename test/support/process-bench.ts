import { randomUUID } from 'node:crypto';
import type { Lead, TakePart } from '../../application/following/lead.js';
import type { StoredEvent } from '../../application/ports/event-store.js';
import type { ParkedAct, ProcessCheckpoint, ProcessCheckpoints } from '../../application/ports/process-checkpoints.js';
import type { Act, Cause, Process } from '../../application/processes/process.js';
import { ProcessRunner, type ProcessRunnerOptions } from '../../application/processes/runner.js';
import { type ArrayEventStore, plainSerializer } from './array-event-store.js';
import { silentLogger } from './silent-logger.js';

/** The rows of one database. */
export class MemoryCheckpoints implements ProcessCheckpoints {
  readonly rows = new Map<string, { position: string; epoch: number }>();
  readonly parked: ParkedAct[] = [];
  /** How often positions were written. */
  writes = 0;
  /** Calls reject while it is set. */
  away = false;

  load(names: readonly string[]): Promise<ProcessCheckpoint[]> {
    return this.#answer(() =>
      names.flatMap((name) => {
        const row = this.rows.get(name);
        const parked = this.parked.filter(({ process }) => process === name).length;
        return row === undefined ? [] : [{ name, position: row.position, epoch: String(row.epoch), parked }];
      }),
    );
  }

  create(name: string, position: string): Promise<void> {
    return this.#answer(() => {
      if (!this.rows.has(name)) this.rows.set(name, { position, epoch: 0 });
    });
  }

  replace({ name, position: was }: ProcessCheckpoint, position: string): Promise<void> {
    return this.#answer(() => {
      const row = this.rows.get(name);
      if (row?.position === was) this.rows.set(name, { position, epoch: row.epoch + 1 });
    });
  }

  advance(steps: readonly Pick<ProcessCheckpoint, 'name' | 'position' | 'epoch'>[]): Promise<number> {
    return this.#answer(() => {
      this.writes += 1;
      const due = steps.filter(({ name, epoch }) => String(this.rows.get(name)?.epoch) === epoch);
      for (const { name, position, epoch } of due) this.rows.set(name, { position, epoch: Number(epoch) });
      return due.length;
    });
  }

  park(act: ParkedAct): Promise<void> {
    return this.#answer(() => void this.parked.push(act));
  }

  #answer<Result>(work: () => Result): Promise<Result> {
    if (this.away) return Promise.reject(Object.assign(new Error('away'), { name: 'EventStoreUnavailable' }));
    return Promise.resolve(work());
  }
}

/** Leads from the first moment on, and gives the others to each who comes later: as a leader who was frozen believes. */
export const leadingAtOnce =
  (checkpoints: MemoryCheckpoints): TakePart =>
  ({ keys, onChange }) => {
    for (const row of checkpoints.rows.values()) row.epoch += 1;
    const lead: Lead = { held: new Set(keys), confirm: () => Promise.resolve() };
    const begun = onChange(lead);
    return {
      stop: async () => {
        await begun;
        await onChange({ ...lead, held: new Set() });
      },
    };
  };

/** Events as one command writes them: appended together, under one correlation. */
export function write(
  store: ArrayEventStore,
  stream: string,
  types: readonly string[],
  { schemaVersion = 1 } = {},
): StoredEvent[] {
  const correlation = randomUUID();
  const before = store.log.filter((event) => event.stream === stream).length;
  types.forEach((type, n) => {
    const actor = { kind: 'user', id: 'ann' };
    const metadata = { schemaVersion, tenant: 't', occurredAt: before + n, actor, $correlationId: correlation };
    const event = { id: randomUUID(), type, data: '{}', metadata: JSON.stringify(metadata) };
    store.push({ ...event, stream, revision: before + n });
  });
  store.wake();
  return store.log.slice(-types.length);
}

/** A process that does something to the stream of each cause, and what it has done. */
export interface Recorded {
  readonly process: Process;
  /** `target <- type@revision …`, in order. */
  readonly done: string[];
  /** By command key: what was done more than once. */
  readonly keys: Map<string, number>;
}

export function recording(
  name: string,
  types: readonly string[],
  { begins = 'atStart', perform }: Partial<Pick<Process, 'begins'>> & { perform?: (cause: Cause) => unknown } = {},
): Recorded {
  const done: string[] = [];
  const keys = new Map<string, number>();
  const process: Process = {
    name,
    handles: Object.fromEntries(types.map((type) => [type, 1])),
    begins,
    react: (causes): Act[] => [
      {
        cause: causes[0],
        target: causes[0].name.stream,
        perform: async (_context, commandKey) => {
          await perform?.(causes[0]);
          done.push(
            `${name}: ${causes.map(({ name: { stream, revision } }) => `${stream}@${String(revision)}`).join(' ')}`,
          );
          keys.set(commandKey, (keys.get(commandKey) ?? 0) + 1);
        },
      },
    ],
  };
  return { process, done, keys };
}

export function runnerOn(
  store: ArrayEventStore,
  checkpoints: MemoryCheckpoints,
  processes: readonly Process[],
  more: Partial<ProcessRunnerOptions> = {},
): ProcessRunner {
  return new ProcessRunner({
    store,
    serializer: plainSerializer,
    checkpoints,
    processes,
    takePart: leadingAtOnce(checkpoints),
    log: silentLogger,
    lookMs: 5,
    noteMs: 10,
    ...more,
  });
}
