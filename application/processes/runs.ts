import type { OpenedEvent } from '../following/open.js';

/** Handled events of one command, following each other in their stream. */
export type Run = readonly [OpenedEvent, ...OpenedEvent[]];

/** Whether `next` follows `last` in its stream, by the same command. */
export function continues(last: OpenedEvent, next: OpenedEvent): boolean {
  return (
    last.recorded?.event !== undefined &&
    next.recorded?.event !== undefined &&
    next.stored.stream === last.stored.stream &&
    next.stored.revision === last.stored.revision + 1 &&
    next.recorded.envelope.$correlationId === last.recorded.envelope.$correlationId
  );
}

/** The runs of each stream, in order. What can't be read is a run of its own. */
export function runsByStream(events: readonly OpenedEvent[]): Map<string, Run[]> {
  const streams = new Map<string, [OpenedEvent, ...OpenedEvent[]][]>();
  for (const event of events) {
    if (event.recorded === undefined && event.failure === undefined) continue;
    const { stream } = event.stored;
    const runs = streams.get(stream) ?? [];
    streams.set(stream, runs);
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && continues(last, event)) runs.at(-1)?.push(event);
    else runs.push([event]);
  }
  return streams;
}
