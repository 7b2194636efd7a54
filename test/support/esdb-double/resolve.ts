import type { EventLog } from './log.js';
import type { StoredEvent } from './stream-state.js';
import { encodeResolved } from './wire.js';

const LINK = '$>';

/** How an event is answered: as it is, or, where links are asked to be resolved, a link with what it points to. */
export type Answer = (event: StoredEvent) => Buffer;

export function answers(log: EventLog, resolveLinks: boolean): Answer {
  return resolveLinks
    ? (event) => (event.type === LINK ? resolved(log, event) : event.response)
    : (event) => event.response;
}

/** A link's data is `revision@stream`. What is deleted or truncated away resolves to nothing. */
function resolved(log: EventLog, link: StoredEvent): Buffer {
  const [, revision, stream] = /^(\d+)@(.+)$/s.exec(link.data.toString('utf8')) ?? [];
  const target = stream === undefined ? undefined : log.stream(stream)?.readable(Number(revision));
  return encodeResolved(target?.recorded, link.recorded, link.position);
}
