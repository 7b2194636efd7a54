import { type Append, MAX_APPEND_BYTES, type StoredEvent } from '../../../application/ports/event-store.js';

/** Some servers count bytes per event that we don't. */
const MAX_EVENTS = 500;

/** Appends that write these events in this order: neighbours of one stream go together. */
export function appendsOf(events: readonly StoredEvent[], { singly = false } = {}): Append[] {
  const appends: { stream: string; expectedRevision: number; events: StoredEvent[] }[] = [];
  let bytes = 0;
  for (const event of events) {
    const open = appends.at(-1);
    const size = Buffer.byteLength(event.type) + Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
    const follows =
      open?.stream === event.stream && open.expectedRevision + open.events.length + 1 === event.revision && !singly;
    if (open && follows && bytes + size <= MAX_APPEND_BYTES && open.events.length < MAX_EVENTS) {
      open.events.push(event);
      bytes += size;
    } else {
      appends.push({ stream: event.stream, expectedRevision: event.revision - 1, events: [event] });
      bytes = size;
    }
  }
  return appends;
}
