import type { Append, AppendResult, Position, StoredEvent } from '../../../application/ports/event-store.js';
import {
  EventRefused,
  EventStoreClosed,
  MAX_APPEND_BYTES,
  OutcomeLeftOpen,
} from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import type { AppendTroubles } from '../append-troubles.js';
import type { Backoff } from '../settle.js';
import { delayMs, LET_GO_MS, pause, settle } from '../settle.js';

/** The port's append, and its size in bytes as the edge counts it. */
export interface CheckedAppend extends Append {
  readonly bytes: number;
}

export interface AppendParts {
  /** One attempt. @throws OutcomeUnknown, EventRefused, WritesRefused */
  readonly send: (append: Append) => Promise<AppendResult>;
  /** From the leader, ascending. */
  readonly read: (stream: string, from: number, maxCount: number) => Promise<StoredEvent[]>;
  readonly closed: AbortSignal;
  readonly log: Logger;
  readonly troubles: AppendTroubles;
  readonly backoff: Backoff;
}

/** Leaves room below the server's limit of 1 MiB, which counts some bytes more per event than we do. */
const MAX_EVENTS_TOGETHER = 1_000;

/**
 * Appends of one stream, in order.
 *
 * Appends that are chained (each expects the revision that the one before leaves) go to the server as one: it is four times
 * as fast, and all of them stand or fall together. Sent one by one without waiting, a successor could be accepted although
 * the one before it was not: when somebody else wrote exactly as many events, its revision fits, but it was decided and
 * hashed upon events that are not there. For the same reason a successor of a conflict is a conflict here, unasked.
 */
export async function appendInOrder(appends: readonly CheckedAppend[], parts: AppendParts): Promise<AppendResult[]> {
  const results: AppendResult[] = [];
  for (const run of runsOf(appends)) {
    const before = appends[results.length - 1];
    const [first] = run;
    const inherited = before && first && inheritedConflict(before, results.at(-1), first);
    if (inherited) results.push(...(await oneByOne(run, inherited, parts)));
    else results.push(...(await together(run, parts)));
  }
  return results;
}

async function together(run: readonly CheckedAppend[], parts: AppendParts): Promise<AppendResult[]> {
  const [first] = run;
  if (!first) return [];
  if (run.length === 1) return [await settled(first, parts)];
  const whole = { ...first, events: run.flatMap(({ events }) => events) };
  let result: AppendResult;
  try {
    result = await settled(whole, parts);
  } catch (error) {
    if (!(error instanceof EventRefused)) throw error;
    return oneByOne(run, undefined, parts);
  }
  if (result.kind === 'appended') return split(run, result.position, parts);
  // A prefix of the run may be there already, sent before: the server takes a repeat alone, but not with new events behind.
  const mayRepeat = result.actual > first.expectedRevision;
  return oneByOne(run, mayRepeat ? undefined : result, parts);
}

async function oneByOne(
  run: readonly CheckedAppend[],
  firstResult: AppendResult | undefined,
  parts: AppendParts,
): Promise<AppendResult[]> {
  const results: AppendResult[] = firstResult ? [firstResult] : [];
  for (const append of run.slice(results.length)) {
    const before = run[results.length - 1];
    const inherited = before && inheritedConflict(before, results.at(-1), append);
    results.push(inherited ?? (await settled(append, parts)));
  }
  return results;
}

function settled(append: Append, { send, read, closed, log, troubles, backoff }: AppendParts): Promise<AppendResult> {
  return settle({
    send: () => send(append),
    readAt: async (revision) => (await read(append.stream, revision, 1))[0],
    ids: append.events.map(({ id }) => id),
    expectedRevision: append.expectedRevision,
    closed,
    log,
    troubles,
    backoff,
  });
}

/** The server says only where the last event of an append is; the others' places are read. */
async function split(run: readonly CheckedAppend[], last: Position, parts: AppendParts): Promise<AppendResult[]> {
  const revisions = run.map(({ expectedRevision, events }) => expectedRevision + events.length);
  const inner = revisions.slice(0, -1);
  const [from = 0] = inner;
  const count = (inner.at(-1) ?? from) - from + 1;
  const stream = run[0]?.stream ?? '';
  const since = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const positions = new Map(
        (await parts.read(stream, from, count)).map((event) => [event.revision, event.position]),
      );
      const places = inner.flatMap((revision) => positions.get(revision) ?? []);
      if (places.length === inner.length) {
        return [...places, last].map((position, i) => ({ kind: 'appended', revision: revisions[i] ?? 0, position }));
      }
    } catch (error) {
      if (error instanceof EventStoreClosed) throw error;
      if (performance.now() - since >= LET_GO_MS)
        throw new OutcomeLeftOpen('appended, but the places of the events cannot be read', { cause: error });
      parts.log.warn({ attempt, err: error }, 'appended, but the places of the events cannot be read yet');
    }
    await pause(delayMs(attempt, parts.backoff), parts.closed);
  }
}

function inheritedConflict(before: Append, result: AppendResult | undefined, append: Append): AppendResult | undefined {
  if (result?.kind !== 'conflict' || !isChained(before, append)) return undefined;
  return { kind: 'conflict', expected: append.expectedRevision, actual: result.actual };
}

const isChained = (before: Append, append: Append): boolean =>
  append.expectedRevision === before.expectedRevision + before.events.length;

function runsOf(appends: readonly CheckedAppend[]): CheckedAppend[][] {
  const runs: CheckedAppend[][] = [];
  let bytes = 0;
  let events = 0;
  let before: CheckedAppend | undefined;
  for (const append of appends) {
    const run = runs.at(-1);
    bytes += append.bytes;
    events += append.events.length;
    if (run && before && isChained(before, append) && bytes <= MAX_APPEND_BYTES && events <= MAX_EVENTS_TOGETHER) {
      run.push(append);
    } else {
      runs.push([append]);
      bytes = append.bytes;
      events = append.events.length;
    }
    before = append;
  }
  return runs;
}
