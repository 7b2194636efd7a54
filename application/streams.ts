/**
 * Stream names (docs/events.md "Streams"): `parley_<category>-<tenant>.<part>…`. Every part is percent-encoded as UTF-8 with
 * only `A–Z a–z 0–9 _` bare, so `.`, `-` and `%` never stand in one unescaped: no two things share a name, and
 * EventStoreDB's `$by_category`, which splits at the first dash, works.
 */

/** Every stream of ours starts so, and nothing else does: one filter finds them in a shared `$all`. */
export const STREAM_PREFIX = 'parley_';

/** A single chat's pair is unordered: whichever way round it is given, it names the same stream. */
export type ConversationKey =
  | { readonly kind: 'single'; readonly a: string; readonly b: string }
  | { readonly kind: 'group'; readonly groupId: string; /** 1 and up. */ readonly incarnation: number }
  | { readonly kind: 'notification'; readonly userId: string };

/** What a stream is about. Pairs (`a`, `b`) are unordered. */
export type StreamId =
  | { readonly category: 'user'; readonly tenant: string; readonly userId: string }
  | { readonly category: 'usergroups'; readonly tenant: string; readonly userId: string }
  | { readonly category: 'group'; readonly tenant: string; readonly groupId: string }
  | { readonly category: 'friendship'; readonly tenant: string; readonly a: string; readonly b: string }
  | ({ readonly category: 'conversation'; readonly tenant: string } & ConversationKey)
  | {
      readonly category: 'view';
      readonly tenant: string;
      readonly conversation: ConversationKey;
      readonly participant: string;
    };

export type StreamCategory = StreamId['category'];

/** The parts can't name a stream: one is empty or has a lone surrogate, or an incarnation is no whole number from 1. */
export class InvalidStreamPart extends Error {
  override readonly name = 'InvalidStreamPart';
}

/** @throws InvalidStreamPart */
export function streamName(id: StreamId): string {
  return `${STREAM_PREFIX}${id.category}-${[id.tenant, ...partsOf(id)].map(encodePart).join('.')}`;
}

/** The strict inverse of `streamName`: undefined for every text that it never gives. */
export function parseStreamName(name: string): StreamId | undefined {
  const id = read(name);
  return id !== undefined && isCanonical(id, name) ? id : undefined;
}

/**
 * A conversation as one text, in tables and ports: the parts of its stream's name after the tenant (`s.ann.bob`, `g.g1.1`,
 * `n.ann`). No two conversations share one. @throws InvalidStreamPart
 */
export const conversationKeyText = (key: ConversationKey): string => conversationParts(key).map(encodePart).join('.');

/** The strict inverse of `conversationKeyText`: undefined for every text that it never gives. */
export function parseConversationKey(text: string): ConversationKey | undefined {
  const id = parseStreamName(`${STREAM_PREFIX}conversation-t.${text}`);
  if (id?.category !== 'conversation') return undefined;
  switch (id.kind) {
    case 'single':
      return { kind: id.kind, a: id.a, b: id.b };
    case 'group':
      return { kind: id.kind, groupId: id.groupId, incarnation: id.incarnation };
    case 'notification':
      return { kind: id.kind, userId: id.userId };
  }
}

/** The conversation's key as text, out of the name of its stream, or of a view of it. */
export function conversationKeyIn(name: string): string {
  const parts = name.slice(name.indexOf('.') + 1);
  return name.startsWith(`${STREAM_PREFIX}view-`) ? parts.slice(0, parts.lastIndexOf('.')) : parts;
}

/** The tenant whose stream this is; undefined for a name that is none of ours. */
export const tenantOf = (name: string): string | undefined => parseStreamName(name)?.tenant;

function partsOf(id: StreamId): string[] {
  switch (id.category) {
    case 'user':
    case 'usergroups':
      return [id.userId];
    case 'group':
      return [id.groupId];
    case 'friendship':
      return sorted(id.a, id.b);
    case 'conversation':
      return conversationParts(id);
    case 'view':
      return [...conversationParts(id.conversation), id.participant];
  }
}

function conversationParts(key: ConversationKey): string[] {
  switch (key.kind) {
    case 'single':
      return ['s', ...sorted(key.a, key.b)];
    case 'group':
      if (!Number.isSafeInteger(key.incarnation) || key.incarnation < 1)
        throw new InvalidStreamPart('an incarnation is a whole number from 1');
      return ['g', key.groupId, String(key.incarnation)];
    case 'notification':
      return ['n', key.userId];
  }
}

/** By code unit, which is what `<` compares. */
const sorted = (a: string, b: string): string[] => (b < a ? [b, a] : [a, b]);

/** Stands for itself, as nearly every part does; a list reads thousands of them. */
const PLAIN = /^[A-Za-z0-9_]+$/;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** What encodeURIComponent leaves bare beyond ours. */
const STILL_BARE = /[-.!~*'()]/g;

/** One part of a stream's name. @throws InvalidStreamPart */
export function encodePart(part: string): string {
  if (PLAIN.test(part)) return part;
  if (part === '') throw new InvalidStreamPart('a part of a stream name is empty');
  if (LONE_SURROGATE.test(part)) throw new InvalidStreamPart('a part of a stream name has a lone surrogate');
  return encodeURIComponent(part).replace(
    STILL_BARE,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function read(name: string): StreamId | undefined {
  const dash = name.indexOf('-');
  if (!name.startsWith(STREAM_PREFIX) || dash < 0) return undefined;
  const parts: string[] = [];
  for (const text of name.slice(dash + 1).split('.')) {
    const part = decodePart(text);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  const [tenant = '', first = '', second = '', ...rest] = parts;
  const category = name.slice(STREAM_PREFIX.length, dash) as StreamCategory;
  switch (category) {
    case 'user':
    case 'usergroups':
      return { category, tenant, userId: first };
    case 'group':
      return { category, tenant, groupId: first };
    case 'friendship':
      return { category, tenant, a: first, b: second };
    case 'conversation': {
      const key = readConversation(first, second, rest);
      return key && { category, tenant, ...key };
    }
    case 'view': {
      const conversation = readConversation(first, second, rest);
      return conversation && { category, tenant, conversation, participant: parts.at(-1) ?? '' };
    }
    default:
      return undefined;
  }
}

function readConversation(kind: string, second: string, rest: readonly string[]): ConversationKey | undefined {
  if (kind === 's') return { kind: 'single', a: second, b: rest[0] ?? '' };
  if (kind === 'g') return { kind: 'group', groupId: second, incarnation: Number(rest[0]) };
  if (kind === 'n') return { kind: 'notification', userId: second };
  return undefined;
}

function decodePart(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // No UTF-8 behind the percent signs: not a part that we wrote.
  }
}

/** Too few or too many parts, another spelling of an escape, an unsorted pair: each writes back as another name, or not at all. */
function isCanonical(id: StreamId, name: string): boolean {
  try {
    return streamName(id) === name;
  } catch (error) {
    if (error instanceof InvalidStreamPart) return false;
    throw error;
  }
}
