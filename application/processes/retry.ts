import { type OpenedEvent, Opener } from '../following/open.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { ParkedAct } from '../ports/process-checkpoints.js';
import type { Act, Cause, Process } from './process.js';
import { continues } from './runs.js';
import { causeOf, performed } from './worker.js';

/** Does again what a process could not do, as its leader would: under the same key, so nothing is done twice. */
export class ActRetries {
  readonly #opener: Opener;

  constructor(
    private readonly options: {
      readonly store: Pick<EventStore, 'readStream'>;
      readonly serializer: Pick<EventSerializer, 'open'>;
      readonly processes: readonly Process[];
    },
  ) {
    const types = options.processes.flatMap(({ handles }) => Object.keys(handles));
    this.#opener = new Opener(options.serializer, new Set(types));
  }

  /** Resolves also where nothing is to be done any more. @throws why it can't be done */
  async retry({ process: name, event, target }: ParkedAct): Promise<void> {
    const process = this.options.processes.find((each) => each.name === name);
    if (process === undefined) throw new Error(`there is no process "${name}"`);
    if (process.handles[event.type] === undefined) return;
    const run = await this.#commandOf(event);
    const parked = run.find(({ stored }) => stored.id === event.id);
    if (parked === undefined) throw new Error('the store no longer has this event');
    const [alone] = causesOf(process, [parked]);
    if (alone === undefined) throw parked.failure ?? new Error('its schema is newer than this version of Parley');
    const isParked = (act: Act): boolean => act.cause.name.id === event.id && (target === '' || act.target === target);
    // What the event alone was to blame for, its process had not heard of with the others of its command.
    const [first = alone, ...others] = target === '' ? [] : causesOf(process, run);
    const acts = process.react([first, ...others]).filter(isParked);
    for (const act of acts.length > 0 ? acts : process.react([alone]).filter(isParked))
      await performed({ process, act });
  }

  /** The event among those that the same command wrote before and behind it. */
  async #commandOf({ stream, revision }: Pick<ParkedAct['event'], 'stream' | 'revision'>): Promise<OpenedEvent[]> {
    const run: OpenedEvent[] = [];
    for await (const event of this.#opened(stream, revision, 'backwards')) {
      if (run[0] !== undefined && !continues(event, run[0])) break;
      run.unshift(event);
    }
    for await (const event of this.#opened(stream, revision + 1, 'forwards')) {
      const last = run.at(-1);
      if (last === undefined || !continues(last, event)) break;
      run.push(event);
    }
    return run;
  }

  async *#opened(stream: string, from: number, direction: 'forwards' | 'backwards'): AsyncGenerator<OpenedEvent> {
    for await (const batch of this.options.store.readStream(stream, { from, direction }))
      yield* await this.#opener.open(batch);
  }
}

/** Of those that it handles and knows. */
function causesOf({ handles }: Process, run: readonly OpenedEvent[]): Cause[] {
  return run.flatMap(({ stored, recorded }) => {
    const highest = handles[stored.type];
    if (highest === undefined || recorded?.event === undefined || recorded.envelope.schemaVersion > highest) return [];
    return causeOf({ ...recorded, event: recorded.event });
  });
}
