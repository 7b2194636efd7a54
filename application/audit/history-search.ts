import { allAtOnce } from '../at-once.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { type HistoryItem, type HistoryReader, isUnreadable } from '../queries/history.js';
import { BadCursor, type Page, type PageRequest } from '../queries/page.js';
import { parseStreamName, type StreamId, streamName } from '../streams.js';
import type { AuditFilter, AuditLogQueries, AuditOrder, Place } from './audit-log.js';
import { concernedBy } from './subjects.js';

/** Events of a stream that a page looks at. */
const LOOKS = 2_000;

/** What the events of a page come to at most, bytes of their text; the first one comes whatever its size. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** Read together, and streams side by side where a store answers for one at a time. */
const AT_ONCE = { events: 100, streams: 8 };

export interface HistorySearchOptions {
  readonly log: AuditLogQueries;
  readonly store: EventStore;
  readonly reader: Pick<HistoryReader, 'open'>;
}

/**
 * Finds what happened by whom, to whom, where and when. The events themselves come from the log; which ones, the audit log
 * says, or, of one aggregate, its stream.
 */
export class HistorySearch {
  constructor(private readonly options: HistorySearchOptions) {}

  /** Of a whole tenant. @throws BadCursor, BadPageLimit */
  async ofTenant(
    tenant: string,
    filter: AuditFilter,
    order: AuditOrder,
    page: PageRequest,
  ): Promise<Page<HistoryItem>> {
    const { log, reader } = this.options;
    const found = await log.places(tenant, filter, order, page);
    const stored: StoredEvent[] = [];
    let bytes = 0;
    for (let at = 0; at < found.items.length; at += AT_ONCE.events) {
      const places = found.items.slice(at, at + AT_ONCE.events);
      for (const event of await this.#at(places)) {
        bytes += event.data.length + event.metadata.length;
        const last = stored.at(-1);
        if (bytes > PAGE_BYTES && last !== undefined)
          return { items: await reader.open(stored), next: cursorOf(found.items, last) ?? found.next };
        stored.push(event);
      }
    }
    return { items: await reader.open(stored), next: found.next };
  }

  /** Of one aggregate, from its stream. @throws BadCursor */
  async ofAggregate(
    stream: StreamId,
    filter: AuditFilter,
    order: AuditOrder,
    { limit, cursor }: PageRequest,
  ): Promise<Page<HistoryItem>> {
    const { store, reader } = this.options;
    const items: HistoryItem[] = [];
    const from = cursor === undefined ? undefined : revisionOf(cursor);
    const isWanted = matching(filter, stream);
    const maxCount = Object.keys(filter).length === 0 ? limit + 1 : LOOKS + 1;
    let looked = 0;
    let bytes = 0;
    for await (const batch of store.readStream(streamName(stream), {
      ...(from === undefined ? {} : { from }),
      direction: order === 'oldest' ? 'forwards' : 'backwards',
      maxCount,
    })) {
      for (const item of await reader.open(batch)) {
        const { revision, data, metadata } = storedOf(item);
        if (looked === LOOKS || (items.length === limit && looked > 0))
          return { items, next: `r${revision.toString()}` };
        looked += 1;
        if (!isWanted(item)) continue;
        bytes += data.length + metadata.length;
        if (bytes > PAGE_BYTES && items.length > 0) return { items, next: `r${revision.toString()}` };
        items.push(item);
      }
    }
    return { items, next: null };
  }

  /** Those that are there, in the order asked for. */
  async #at(places: readonly Place[]): Promise<StoredEvent[]> {
    const { store } = this.options;
    const found =
      store.eventsAt === undefined
        ? (await allAtOnce(AT_ONCE.streams, ranges(places), (range) => this.#range(range))).flat()
        : await store.eventsAt(places);
    const byPlace = new Map(found.map((event) => [keyOf(event), event]));
    return places.flatMap((place) => byPlace.get(keyOf(place)) ?? []);
  }

  async #range({ stream, from, count }: Range): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for await (const batch of this.options.store.readStream(stream, { from, maxCount: count })) events.push(...batch);
    return events;
  }
}

const keyOf = ({ stream, revision }: Place): string => `${revision.toString()} ${stream}`;

const cursorOf = (items: readonly (Place & { readonly cursor: string })[], last: Place): string | undefined =>
  items.find((item) => keyOf(item) === keyOf(last))?.cursor;

const storedOf = (item: HistoryItem): StoredEvent => item.stored;

interface Range {
  readonly stream: string;
  readonly from: number;
  readonly count: number;
}

/** Revisions of a stream that lie so near are read in one go. */
const NEAR = 16;

function ranges(places: readonly Place[]): Range[] {
  const byStream = new Map<string, number[]>();
  for (const { stream, revision } of places) byStream.set(stream, [...(byStream.get(stream) ?? []), revision]);
  return [...byStream].flatMap(([stream, revisions]) => {
    const all: { from: number; to: number }[] = [];
    for (const revision of revisions.sort((a, b) => a - b)) {
      const last = all.at(-1);
      if (last !== undefined && revision - last.to <= NEAR) last.to = revision;
      else all.push({ from: revision, to: revision });
    }
    return all.map(({ from, to }) => ({ stream, from, count: to - from + 1 }));
  });
}

function revisionOf(cursor: string): number {
  const [, revision] = /^r(\d{1,15})$/.exec(cursor) ?? [];
  if (revision === undefined) throw new BadCursor('history');
  return Number(revision);
}

/** What can't be read is wanted wherever nothing that is known of it speaks against it. */
function matching(filter: AuditFilter, stream: StreamId): (item: HistoryItem) => boolean {
  const { by, to, groupId, type, from, until, correlationId } = filter;
  return (item) => {
    const { type: itsType } = storedOf(item);
    const envelope = isUnreadable(item) ? item.unreadable.envelope : item.envelope;
    if (type !== undefined && itsType !== type) return false;
    if (envelope === undefined) return true;
    if (from !== undefined && envelope.occurredAt < from) return false;
    if (until !== undefined && envelope.occurredAt >= until) return false;
    if (correlationId !== undefined && envelope.$correlationId !== correlationId) return false;
    if (by === undefined && to === undefined && groupId === undefined) return true;
    const event = (isUnreadable(item) ? undefined : item.event) ?? UNKNOWN;
    const concerned = concernedBy(event, envelope.actor, stream);
    return (
      (by === undefined || concerned.by.includes(by)) &&
      (to === undefined || concerned.to.includes(to)) &&
      (groupId === undefined || concerned.groupId === groupId)
    );
  };
}

const UNKNOWN = { type: '', data: {} };

/** Of which aggregate an event is; undefined for a stream that is none of ours. */
export const aggregateOf = (item: HistoryItem): StreamId | undefined => parseStreamName(storedOf(item).stream);
