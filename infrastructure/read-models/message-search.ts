import type { MessageView, Reader, SearchFilter, SearchRequest } from '../../application/queries/messages.js';
import type { Page } from '../../application/queries/page.js';
import { seenBy } from './conversation-sight.js';
import { encodeCursor, fitting, pageStart, type PagedList } from './cursor.js';
import { messagesFor, shapeMessage, type MessageRow } from './message-rows.js';
import type { Prepared } from './prepared.js';
import { sought } from './sought.js';

/**
 * Searching one's own messages, the newest first over all conversations. No index holds their words, so they are looked
 * through: of each conversation so many at a time, and only as far as the page needs.
 */

/** A place in the order of the search: the higher comes first. */
type Place = readonly [sentAt: number, conversation: string, seq: number];

const LIST: PagedList = {
  name: 'found-messages',
  shape: ['number', 'string', 'number'],
  start: [Number.MAX_SAFE_INTEGER, '', 0],
};

/** Messages looked at in one statement, and for one page. */
const AT_ONCE = 20_000;
const FOR_A_PAGE = 60_000;
/** Of each conversation at least. */
const LEAST = 10;
/** Where words are seldom, more are looked at each time. */
const GROWTH = 4;

const compare = (a: Place, b: Place): number => a[0] - b[0] || (a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1);

/** One conversation, as far as it was looked through. */
interface Looked {
  readonly conversation: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Nothing older is shown, or asked for. */
  readonly since: number;
  /** What stands lower wasn't looked at yet. */
  before: { sentAt: number; seq: number };
}

interface SeenRow {
  conversation: string;
  floor_seq: string;
  max_seq: string;
  cutoff: string | null;
}

interface LookedRow {
  conversation: string;
  looked: number;
  last_at: string | null;
  last_seq: string | null;
  found: [sentAt: number, seq: number][];
}

/** @throws BadCursor, BadPageLimit */
export async function search(
  prepared: Prepared,
  { tenant, userId, at }: Reader & { readonly userId: string },
  filter: SearchFilter,
  page: SearchRequest,
): Promise<Page<MessageView>> {
  const { after } = pageStart(LIST, page);
  const start = page.cursor === undefined ? undefined : (after as unknown as Place);
  const seen = await prepared.rows<SeenRow>('seen-conversations', SEEN, [
    tenant,
    userId,
    at,
    filter.conversations ?? null,
  ]);
  const open = new Set(seen.map((row) => lookedFrom(row, filter, start)));
  const found: Place[] = [];
  let step = Math.max(LEAST, page.limit);
  for (let budget = FOR_A_PAGE; open.size > 0 && budget > 0; step *= GROWTH) {
    found.sort((a, b) => compare(b, a));
    const needed = found[page.limit - 1];
    const behind = [...open].filter(
      ({ conversation, before }) =>
        needed === undefined || compare([before.sentAt, conversation, before.seq], needed) > 0,
    );
    if (behind.length === 0) break;
    const each = Math.max(LEAST, Math.min(step, Math.floor(AT_ONCE / behind.length)));
    const rows = await prepared.rows<LookedRow>('look-for-messages', LOOK, look(tenant, userId, filter, behind, each));
    const byKey = new Map(behind.map((one) => [one.conversation, one]));
    for (const row of rows) {
      const one = byKey.get(row.conversation);
      if (one === undefined) continue;
      budget -= row.looked;
      for (const [sentAt, seq] of row.found) found.push([sentAt, row.conversation, seq]);
      if (row.looked < each) open.delete(one);
      else one.before = { sentAt: Number(row.last_at), seq: Number(row.last_seq) };
    }
  }
  return shown(prepared, tenant, userId, page.limit, found, [...open]);
}

function lookedFrom(row: SeenRow, { since = 0, before }: SearchFilter, start: Place | undefined): Looked {
  const { conversation } = row;
  const top = { sentAt: (before ?? Number.MAX_SAFE_INTEGER) - 1, seq: Number.MAX_SAFE_INTEGER };
  return {
    conversation,
    firstSeq: Number(row.floor_seq) + 1,
    lastSeq: Number(row.max_seq),
    since: Math.max(since, Number(row.cutoff ?? 0)),
    before:
      start === undefined || start[0] > top.sentAt ? top : { sentAt: start[0], seq: seqBelow(start, conversation) },
  };
}

/** From which seq on a conversation's messages of the cursor's own time stand behind the cursor. */
function seqBelow([, conversation, seq]: Place, one: string): number {
  if (one === conversation) return seq;
  return one < conversation ? Number.MAX_SAFE_INTEGER : 0;
}

function look(
  tenant: string,
  userId: string,
  { keyword, senderId, types }: SearchFilter,
  behind: readonly Looked[],
  each: number,
): unknown[] {
  return [
    tenant,
    userId,
    behind.map(({ conversation }) => conversation),
    behind.map(({ firstSeq }) => firstSeq),
    behind.map(({ lastSeq }) => lastSeq),
    behind.map(({ since }) => since),
    behind.map(({ before }) => before.sentAt),
    behind.map(({ before }) => before.seq),
    each,
    keyword ? sought(keyword) : null,
    senderId ?? null,
    types ?? null,
  ];
}

/** Those above all that wasn't looked at: what is lower could have others before it. */
async function shown(
  prepared: Prepared,
  tenant: string,
  userId: string,
  limit: number,
  found: Place[],
  open: readonly Looked[],
): Promise<Page<MessageView>> {
  const frontier = open
    .map(({ conversation, before }): Place => [before.sentAt, conversation, before.seq])
    .reduce<Place | undefined>((high, place) => (high && compare(high, place) > 0 ? high : place), undefined);
  const sure = found
    .filter((place) => frontier === undefined || compare(place, frontier) >= 0)
    .sort((a, b) => compare(b, a));
  const places = sure.slice(0, limit);
  const rows = await prepared.rows<MessageRow>('found-messages', FOUND, [
    tenant,
    userId,
    places.map(([, conversation]) => conversation),
    places.map(([, , seq]) => seq),
  ]);
  const items = fitting(
    rows.map((row) => shapeMessage(row)),
    (message) => message,
  );
  const last = places[items.length - 1];
  if (items.length < sure.length && last) return { items, next: encodeCursor(LIST.name, last) };
  return { items, next: frontier === undefined ? null : encodeCursor(LIST.name, frontier) };
}

const SEEN = seenBy('p.tenant = $1 AND p.user_id = $2 AND ($4::text[] IS NULL OR p.conversation = ANY ($4))', '$3');

const LOOK = `SELECT c.conversation, x.* FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[]) c (conversation, first_seq, last_seq, since, before_at, before_seq)
  CROSS JOIN LATERAL (
    SELECT count(*)::integer AS looked, min(m.sent_at) AS last_at, (array_agg(m.seq ORDER BY m.sent_at, m.seq))[1] AS last_seq,
      coalesce(json_agg(json_build_array(m.sent_at, m.seq)) FILTER (
        WHERE m.status = 'sent' AND m.seq BETWEEN c.first_seq AND c.last_seq
          AND ($10::text IS NULL OR strpos(m.words, $10) > 0) AND ($11::text IS NULL OR m.sender_id = $11)
          AND ($12::text[] IS NULL OR m.type = ANY ($12))
          AND NOT EXISTS (SELECT FROM read.hidden_messages_v1 h WHERE h.tenant = $1 AND h.user_id = $2
            AND h.conversation = c.conversation AND h.seq = m.seq)), '[]') AS found
    FROM (SELECT m.seq, m.sent_at, m.status, m.words, m.sender_id, m.type FROM read.messages_v2 m
      WHERE m.tenant = $1 AND m.conversation = c.conversation AND (m.sent_at, m.seq) < (c.before_at, c.before_seq)
        AND m.sent_at >= c.since
      ORDER BY m.sent_at DESC, m.seq DESC LIMIT $9) m) x`;

const FOUND = `SELECT m.* FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS a (conversation, seq, place)
  CROSS JOIN LATERAL (${messagesFor('$2')}
    WHERE m.tenant = $1 AND m.conversation = a.conversation AND m.seq = a.seq OFFSET 0) m
  ORDER BY a.place`;
