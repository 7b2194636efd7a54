import { sentence } from '../application/audit/sentences.js';
import type { RecordedEvent } from '../application/ports/envelope.js';
import type { StoredEvent } from '../application/ports/event-store.js';

/** `12  2026-11-21 10:15:02.123Z  ada muted bob until …  [v1:PUT /groups/…, by ada]` */
export function historyLine({ revision, type, envelope, event }: RecordedEvent): string {
  const { actor } = envelope;
  const when = new Date(envelope.occurredAt).toISOString().replace('T', ' ');
  const told =
    event === undefined
      ? `${type} (schema ${envelope.schemaVersion.toString()}, not known here)`
      : sentence(event, actor);
  const who = `${actor.kind === 'user' ? '' : `${actor.kind} `}${actor.id}${actor.onBehalfOf === undefined ? '' : ` for ${actor.onBehalfOf}`}`;
  return oneLine(`${revision.toString().padStart(5)}  ${when}  ${told}  [${who}, ${envelope.via}]`);
}

/**
 * What people wrote is in there: a line break would forge a line of the history, an escape sequence could repaint the
 * terminal, a bidirectional control would show the words in another order. They are shown as what they are.
 */
const oneLine = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** Says each event as a line while the stored events go on to whoever checks their chain. */
export async function* said(
  batches: AsyncIterable<readonly RecordedEvent[]>,
  say: (line: string) => void,
): AsyncGenerator<StoredEvent> {
  for await (const batch of batches) {
    for (const recorded of batch) {
      say(historyLine(recorded));
      yield recorded.stored;
    }
  }
}
