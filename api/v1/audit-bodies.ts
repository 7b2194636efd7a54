import { aggregateOf } from '../../application/audit/history-search.js';
import { isKind, streamNamed, wordsOf } from '../../application/audit/naming.js';
import { concernedBy } from '../../application/audit/subjects.js';
import type { Telling } from '../../application/audit/words.js';
import { WrongWords } from '../../application/ports/wrong-words.js';
import { type HistoryItem, isUnreadable, type UnreadableEvent } from '../../application/queries/history.js';
import type { StreamId } from '../../application/streams.js';
import { historyBody } from './history-body.js';
import { Refused } from './problems.js';
import type { AuditEvent, UnreadableEvent as UnreadableEventSchema } from './schemas/audit.js';
import type { Shown } from './schemas/types.js';

/** `group/book-club`: a kind and what names one. @throws Refused InvalidRequest */
export function aggregateNamed(text: string, tenant: string): StreamId {
  const [kind = '', ...words] = text.split('/');
  try {
    if (isKind(kind)) return streamNamed(kind, words)(tenant);
  } catch (error) {
    if (!(error instanceof WrongWords)) throw error;
  }
  throw new Refused('InvalidRequest', { errors: [{ pointer: '/aggregate', detail: 'names no aggregate' }] });
}

/** Those of which at least the envelope could be read, and the others. */
export function parted(items: readonly HistoryItem[]): {
  readonly shown: HistoryItem[];
  readonly unreadable: UnreadableEvent[];
} {
  const shown: HistoryItem[] = [];
  const unreadable: UnreadableEvent[] = [];
  for (const item of items)
    if (isUnreadable(item) && item.unreadable.envelope === undefined) unreadable.push(item);
    else shown.push(item);
  return { shown, unreadable };
}

export const unreadableBody = (item: UnreadableEvent): Shown<typeof UnreadableEventSchema> => ({
  aggregate: aggregateText(item),
  revision: item.stored.revision,
  type: item.stored.type,
  problem: item.unreadable.reason,
});

function aggregateText(item: HistoryItem): string {
  const at = aggregateOf(item);
  return at === undefined ? '' : wordsOf(at).join('/');
}

export function auditBody(item: HistoryItem, telling: Telling = {}): Shown<typeof AuditEvent> {
  const body = historyBody(item, telling);
  const at = aggregateOf(item);
  const event = isUnreadable(item) ? undefined : item.event;
  const { by, to, groupId } = concernedBy(event ?? { type: '', data: {} }, body.actor, at);
  const colon = body.via.indexOf(':');
  return {
    ...body,
    aggregate: aggregateText(item),
    by,
    to,
    groupId: groupId ?? null,
    reason: reasonIn(event?.data ?? {}),
    api: body.via.slice(0, colon),
    command: body.via.slice(colon + 1),
  };
}

function reasonIn(data: { readonly reason?: unknown; readonly why?: unknown }): string | null {
  const reason = data.reason ?? data.why;
  return typeof reason === 'string' ? reason : null;
}
