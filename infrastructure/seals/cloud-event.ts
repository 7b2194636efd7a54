import type { StoredEvent } from '../../application/ports/event-store.js';

/** Where the events of a log say that they come from: a URI. */
export const sourceOf = (origin: string): string => `parley:${encodeURI(origin)}`;

/** As the envelope writes it; inside a text its quotes would be escaped. */
const OCCURRED_AT = /"occurredAt":(\d{1,15})[,}]/;

/**
 * A stored event as a CloudEvent 1.0, JSON in one line. `data` is its payload; written again by JSON.stringify it is the stored text,
 * and where that would not be so, `data` is the stored text itself, as a string. `parleymetadata` is the metadata's stored text. So
 * whoever has the line has every byte that was hashed.
 * @param index of a sealed event, from the log's start
 */
export function cloudEvent(event: StoredEvent, index: number | undefined, source: string): string {
  const { id, type, stream, revision, data, metadata } = event;
  const time = timeIn(metadata);
  return (
    `{"specversion":"1.0","id":${JSON.stringify(id)},"source":${JSON.stringify(source)},` +
    `"type":${JSON.stringify(type)},"subject":${JSON.stringify(stream)},` +
    `${time === undefined ? '' : `"time":"${time}",`}"datacontenttype":"application/json",` +
    `"revision":${revision.toString()},${index === undefined ? '' : `"logindex":"${index.toString()}",`}` +
    `"data":${isCanonical(data) ? data : JSON.stringify(data)},"parleymetadata":${JSON.stringify(metadata)}}`
  );
}

function timeIn(metadata: string): string | undefined {
  const ms = Number(OCCURRED_AT.exec(metadata)?.[1] ?? Number.NaN);
  const second = Math.floor(ms / 1_000);
  if (second !== lastSecond.second) {
    const date = new Date(second * 1_000);
    if (Number.isNaN(date.getTime())) return undefined;
    lastSecond = { second, text: date.toISOString().slice(0, -'.000Z'.length) };
  }
  return `${lastSecond.text}.${(ms % 1_000).toString().padStart(3, '0')}Z`;
}

/** Events come in the order of their times, many in a second; to write a date takes as long as to write the rest of the line. */
let lastSecond = { second: Number.NaN, text: '' };

/** What is read from it and written again is the same text. */
function isCanonical(data: string): boolean {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && JSON.stringify(parsed) === data;
  } catch {
    return false; // No JSON at all: somebody has changed it.
  }
}
