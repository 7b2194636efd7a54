import { sentence } from '../../application/audit/sentences.js';
import type { Telling } from '../../application/audit/words.js';
import { type HistoryItem, isUnreadable } from '../../application/queries/history.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { isoTime } from './reading.js';
import type { Shown } from './schemas/types.js';
import type { HistoryEvent } from './schemas/views.js';

/**
 * An event of a history. What messages say is shown only where it is asked for.
 * @throws EventUnreadable for an event of which not even the envelope can be read
 */
export function historyBody(item: HistoryItem, telling: Telling = {}): Shown<typeof HistoryEvent> {
  const { id, revision, type } = isUnreadable(item) ? item.stored : item;
  const event = isUnreadable(item) ? undefined : item.event;
  const { envelope } = isUnreadable(item) ? item.unreadable : item;
  if (envelope === undefined) throw isUnreadable(item) ? item.unreadable : new TypeError('an event without envelope');
  return {
    id,
    revision,
    type,
    schemaVersion: envelope.schemaVersion,
    occurredAt: isoTime(envelope.occurredAt),
    actor: envelope.actor,
    via: envelope.via,
    sentence: isUnreadable(item)
      ? `${type}: can't be read, ${item.unreadable.reason}`
      : event === undefined
        ? `${type}: an event of a newer version`
        : sentence(event, envelope.actor, telling),
    data: event === undefined ? null : shownData(event, telling),
    correlationId: envelope.$correlationId,
    causationId: envelope.$causationId,
    ...(envelope.requestRef === undefined ? {} : { requestRef: envelope.requestRef }),
    prevHash: envelope.prevHash,
    hash: envelope.hash,
  };
}

/** What a message says and carries; everything else is told of it. */
function shownData({ type, data }: DomainEvent, { content }: Telling): object {
  if (type !== 'MessageSent' || content === true) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'content' && name !== 'custom'));
}
