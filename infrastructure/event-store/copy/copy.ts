import type { Position, StoredEvent } from '../../../application/ports/event-store.js';
import { comparePositions } from '../../../application/ports/positions.js';
import { CopyRefused } from './errors.js';
import { shareOf, type StoreEnd } from './store-end.js';

export interface CopyProgress {
  /** Events written by this run. */
  readonly copied: number;
  /** How much of the source's log lies behind, 0 … 1, as far as positions tell. */
  readonly share: number;
  /** Events a second since this run began. */
  readonly rate: number;
}

export interface Copied {
  /** Events written by this run. */
  readonly copied: number;
  /** The target had a part already, and this run went on behind it. */
  readonly resumed: boolean;
  /** Events of others that this run left out. */
  readonly others: number;
}

/**
 * Writes the source's log to the target, in its order: ids, streams, revisions, bytes. What a killed run left is a
 * beginning of the source's log, so the target itself tells where to go on.
 *
 * @throws CopyRefused when there is nothing to copy, the two are one store, the target holds anything else, or the source
 * is still written to; EventStoreUnavailable.
 */
export async function copyLog(
  source: StoreEnd,
  target: StoreEnd,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<Copied> {
  const { lastBefore, begin } = await beginning(source, target);
  const started = performance.now();
  const shareAt = await shareOf(source);
  let copied = 0;
  let others = 0;
  let last = begin;
  const writer = target.writer();
  try {
    const written = async (events: readonly StoredEvent[]): Promise<void> => {
      // What the run before had still under way is among these.
      await writer.write(events, { singly: begin !== undefined && copied < writer.window });
      copied += events.length;
      last = events.at(-1)?.position ?? last;
      onProgress({
        copied,
        share: shareAt(last),
        rate: Math.round(copied / Math.max((performance.now() - started) / 1000, 0.001)),
      });
    };
    let waiting: StoredEvent[] = [];
    for await (const batch of source.read(begin)) {
      others += batch.others;
      for (const event of batch.events) {
        waiting.push(event);
        if (waiting.length < writer.window) continue;
        await written(waiting);
        waiting = [];
      }
    }
    if (waiting.length > 0) await written(waiting);
  } finally {
    await writer.close();
  }
  await refuseWriters(source, lastBefore.position, last);
  return { copied, resumed: begin !== undefined, others };
}

/** How much of the source's log the target has already, 0 … 1; refuses as the copy would. @throws CopyRefused */
export async function plannedCopy(source: StoreEnd, target: StoreEnd | undefined): Promise<number> {
  const { begin } = await beginning(source, target);
  return (await shareOf(source))(begin);
}

/** The source's last event, and up to where the target has it. @throws CopyRefused */
async function beginning(
  source: StoreEnd,
  target: StoreEnd | undefined,
): Promise<{ readonly lastBefore: StoredEvent; readonly begin: Position | undefined }> {
  if (source.identity === target?.identity) {
    throw new CopyRefused(
      `${source.shown} and ${target.shown} are one store, or one is a restored copy of the other. Name the source with --from, such as embedded:./data.`,
    );
  }
  const lastBefore = await source.last();
  if (lastBefore === undefined) throw new CopyRefused(`${source.shown} holds no events of Parley's: nothing to copy.`);
  const begin = target && (await resumePoint(source, target));
  return { lastBefore, begin };
}

/** Where the source goes on behind what the target has. @throws CopyRefused when that is not of the source. */
async function resumePoint(source: StoreEnd, target: StoreEnd): Promise<Position | undefined> {
  const last = await target.last();
  if (last === undefined) return undefined;
  for (const event of [await target.first(), last]) {
    if (event === undefined) continue;
    const original = await source.at(event.stream, event.revision);
    if (original?.id !== event.id) {
      throw new CopyRefused(
        `${target.shown} holds other events of Parley's (${event.stream} at revision ${event.revision.toString()} is not in ${source.shown}). ` +
          'A log is copied into an empty store, or into one that an interrupted copy of the same log left.',
      );
    }
    if (event === last) return original.position;
  }
  return undefined;
}

/** What is written behind the copy's back would be missing in the target. */
async function refuseWriters(source: StoreEnd, headBefore: Position, last: Position | undefined): Promise<void> {
  const head = (await source.last())?.position;
  const moved = head !== undefined && comparePositions(head, headBefore) !== 0;
  const missing = head !== undefined && (last === undefined || comparePositions(last, head) < 0);
  const processes = await source.otherProcesses();
  if (!moved && !missing && processes === 0) return;
  const what =
    moved || missing
      ? 'was written to while it was copied'
      : `is still in use by ${processes.toString()} other process${processes === 1 ? '' : 'es'} of Parley's`;
  throw new CopyRefused(
    `${source.shown} ${what}. Stop every Parley server that uses it, then run the same command again: only the rest is copied.`,
  );
}
