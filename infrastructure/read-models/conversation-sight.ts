/**
 * What a participant sees of a conversation, and how far he has read it: SQL that the lists of conversations and of messages
 * share (docs/rules.md A10, A11, A17).
 */

/** What a row `p` of conversations has beside it: what its participant set, and how far he has read. */
const BESIDE = `LEFT JOIN LATERAL (SELECT * FROM read.views_v1 v
    WHERE v.tenant = p.tenant AND v.user_id = p.user_id AND v.conversation = p.conversation OFFSET 0) v ON true
  LEFT JOIN LATERAL (SELECT r.up_to_seq, r.countable FROM system.read_position r
    WHERE r.tenant = p.tenant AND r.conversation = p.conversation AND r.user_id = p.user_id OFFSET 0) r ON true`;

/** Rows `p` that a condition names, with what is beside each. */
export const each = (where: string): Rows => ({ from: `read.conversations_v1 p\n  ${BESIDE}`, where });

/**
 * All rows `p` of a user. Full joins, because PostgreSQL has but two ways to make them, and both go through each side once;
 * the other joins of this session look the other sides up row by row, which is right for a page and not for all of thousands.
 */
export const allOf = (tenant: string, userId: string): Rows => {
  const his = (row: string): string => `${row}.tenant = ${tenant} AND ${row}.user_id = ${userId}`;
  return {
    from: `(SELECT * FROM read.conversations_v1 p WHERE ${his('p')} AND NOT p.superseded) p
  FULL JOIN (SELECT * FROM read.views_v1 v WHERE ${his('v')}) v ON v.conversation = p.conversation
  FULL JOIN (SELECT r.conversation, r.up_to_seq, r.countable FROM system.read_position r WHERE ${his('r')}) r
    ON r.conversation = p.conversation`,
    // Not IS NOT NULL: with that the planner makes them left joins.
    where: `coalesce(p.conversation, '') <> ''`,
  };
};

interface Rows {
  readonly from: string;
  readonly where: string;
}

/** The last seq that is not to be seen: it was cleared away, or stands before what he may see. */
const FLOOR = 'greatest(p.visible_from - 1, p.cleared_up_to, coalesce(v.cleared_up_to, 0))';
const NEWEST = 'coalesce(p.visible_to, p.last_seq)';

/** Of a group with retention: what was sent before this time is not shown; else null. `at` is a parameter, ms. */
const cutoff = (at: string): string => `${at}::bigint - p.retention`;

/** Messages that are looked through for the latest, where the newest are gone: no more, whatever else is gone. */
const LOOKED_THROUGH = 1_000;

/**
 * The last one that `p`'s participant sees of what becomes the latest: [seq, sent_at]; null = there is none. It is known without
 * looking at messages unless it was deleted or hidden, or the participant left. In a CASE, not in a join: what isn't looked
 * for costs nothing then, and a list has thousands of rows.
 */
const LATEST = `CASE
    WHEN p.latest_seq <= s.floor_seq THEN NULL
    WHEN p.visible_to IS NULL AND NOT p.latest_gone AND p.latest_seq > s.hidden_up_to
      AND (s.cutoff IS NULL OR p.latest_at >= s.cutoff) THEN ARRAY[p.latest_seq, p.latest_at]
    WHEN p.visible_to IS NOT NULL OR p.latest_gone OR p.latest_seq <= s.hidden_up_to THEN (
      SELECT ARRAY[m.seq, m.sent_at] FROM (
        SELECT * FROM read.messages_v2 m
        WHERE m.tenant = p.tenant AND m.conversation = p.conversation AND m.seq > s.floor_seq AND m.seq <= s.max_seq
        ORDER BY m.seq DESC LIMIT ${String(LOOKED_THROUGH)}) m
      WHERE m.updates_last AND m.status <> 'deleted' AND (s.cutoff IS NULL OR m.sent_at >= s.cutoff)
        AND NOT EXISTS (SELECT FROM read.hidden_messages_v1 h WHERE h.tenant = p.tenant AND h.user_id = p.user_id
          AND h.conversation = p.conversation AND h.seq = m.seq)
      ORDER BY m.seq DESC LIMIT 1) END`;

/** What is cleared away is as read: how many that were, the message there says. */
const CLEARED = `CASE WHEN s.floor_seq > s.read_seq AND s.floor_seq < s.max_seq THEN (
      SELECT m.countable FROM read.messages_v2 m
      WHERE m.tenant = p.tenant AND m.conversation = p.conversation AND m.seq <= s.floor_seq
      ORDER BY m.seq DESC LIMIT 1) END`;

/**
 * Rows `p` and what follows from them for their participants:
 * max_seq; floor_seq: nothing up to it is seen; hidden_up_to: nothing above it is hidden; latest_seq, latest_at: of the last one seen that becomes the latest,
 * null = there is none; read_seq; unread.
 */
export const sightOf = ({ from, where }: Rows, at: string): string => `
  SELECT c.*, c.latest[1] AS latest_seq, c.latest[2] AS latest_at, coalesce(c.latest[2], c.created_at) AS sorted_at,
    CASE WHEN c.takes_part THEN c.newest_at ELSE c.latest[2] END AS last_at FROM (
    SELECT p.tenant, p.user_id, p.conversation, p.kind, p.peer_id, p.group_id, p.incarnation, p.created_at, p.closed_at,
      p.visible_to IS NULL AS takes_part, p.superseded, p.last_at AS newest_at,
      s.floor_seq, s.max_seq, s.hidden_up_to, ${LATEST} AS latest,
      least(s.max_seq, greatest(s.read_seq, s.floor_seq)) AS read_seq,
      CASE WHEN s.floor_seq >= s.max_seq THEN 0 ELSE greatest(0, coalesce(p.countable_to, p.countable)
        - greatest(p.read_countable, coalesce(r.countable, 0), ${CLEARED})) END AS unread,
      coalesce(v.pinned, false) AS pinned, coalesce(v.receive_option, 'all') AS receive_option, v.ext, v.settings
    FROM ${from}
    CROSS JOIN LATERAL (SELECT ${FLOOR} AS floor_seq, ${NEWEST} AS max_seq, ${cutoff(at)} AS cutoff,
      greatest(p.read_seq, coalesce(r.up_to_seq, 0)) AS read_seq, coalesce(v.hidden_up_to, 0) AS hidden_up_to) s
    WHERE ${where} OFFSET 0) c`;

/** One conversation's range for one participant: first_seq, last_seq, cutoff. */
export const rangeOf = (tenant: string, userId: string, conversation: string, at: string): string => `
  SELECT greatest(${FLOOR}, coalesce(kept.floor_seq, 0)) + 1 AS first_seq, ${NEWEST} AS last_seq, ${cutoff(at)} AS cutoff
  FROM read.conversations_v1 p
  ${BESIDE}
  LEFT JOIN LATERAL (SELECT m.seq AS floor_seq FROM read.messages_v2 m
    WHERE p.retention IS NOT NULL AND m.tenant = p.tenant AND m.conversation = p.conversation
      AND m.sent_at < ${cutoff(at)} AND m.origin = 'sent'
    ORDER BY m.sent_at DESC, m.seq DESC LIMIT 1) kept ON true
  WHERE p.tenant = ${tenant} AND p.user_id = ${userId} AND p.conversation = ${conversation}`;

/** Rows `p` with their bounds alone: floor_seq, max_seq, cutoff. */
export const seenBy = (where: string, at: string): string => `
  SELECT p.conversation, ${FLOOR} AS floor_seq, ${NEWEST} AS max_seq, ${cutoff(at)} AS cutoff
  FROM read.conversations_v1 p
  ${BESIDE}
  WHERE ${where} AND NOT p.superseded AND ${NEWEST} > ${FLOOR}`;
