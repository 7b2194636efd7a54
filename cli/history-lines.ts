import { sentence } from '../application/audit/sentences.js';
import type { Telling } from '../application/audit/words.js';
import type { RecordedEvent } from '../application/ports/envelope.js';
import type { StoredEvent } from '../application/ports/event-store.js';
import { type HistoryItem, isUnreadable, type UnreadableEvent } from '../application/queries/history.js';
import type { MessageSent } from '../domain/conversation/events.js';

/** `12  2026-11-21 10:15:02.123Z  ada muted bob until …  [v1:PUT /groups/…, by ada]` */
function historyLine({ revision, type, envelope, event }: RecordedEvent, telling: Telling): string {
  const { actor } = envelope;
  const when = new Date(envelope.occurredAt).toISOString().replace('T', ' ');
  const told =
    event === undefined
      ? `${type} (schema ${envelope.schemaVersion.toString()}, not known here)`
      : sentence(event, actor, telling);
  const who = `${actor.kind === 'user' ? '' : `${actor.kind} `}${actor.id}${actor.onBehalfOf === undefined ? '' : ` for ${actor.onBehalfOf}`}`;
  return `${revision.toString().padStart(5)}  ${when}  ${told}  [${who}, ${envelope.via}]`;
}

/** `   12  CAN'T BE READ: MemberJoined, its metadata is no envelope` */
const unreadableLine = ({ stored: { revision, type }, unreadable }: UnreadableEvent): string =>
  `${revision.toString().padStart(5)}  CAN'T BE READ: ${type}, ${unreadable.reason}`;

export const itemLine = (item: HistoryItem, telling: Telling): string =>
  isUnreadable(item) ? unreadableLine(item) : historyLine(item, telling);

/**
 * The same for programs. `text` is null for an event that this version doesn't know; one that can't be read has `problem`
 * instead of what isn't known of it. Where content is told, a message has it as it came.
 */
export function historyRecord(item: HistoryItem, telling: Telling): object {
  if (isUnreadable(item)) {
    const { revision, type, position } = item.stored;
    return { revision, type, position, text: null, problem: item.unreadable.reason };
  }
  const { revision, type, envelope, event, stored } = item;
  return {
    revision,
    type,
    schemaVersion: envelope.schemaVersion,
    occurredAt: new Date(envelope.occurredAt).toISOString(),
    actor: envelope.actor,
    via: envelope.via,
    position: stored.position,
    text: event === undefined ? null : sentence(event, envelope.actor, telling),
    ...(telling.content === true && event?.type === 'MessageSent' && contentOf(event.data as MessageSent['data'])),
  };
}

/** A line of the server's has none; null: its sender was erased. */
const contentOf = ({ content, notice }: MessageSent['data']): object => (notice === undefined ? { content } : {});

/** Says each event while the stored events go on to whoever checks their chain. */
export async function* said(
  batches: AsyncIterable<readonly HistoryItem[]>,
  say: (item: HistoryItem) => void,
): AsyncGenerator<StoredEvent> {
  for await (const batch of batches) {
    for (const item of batch) {
      say(item);
      yield item.stored;
    }
  }
}
