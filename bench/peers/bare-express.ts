import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';

/**
 * What Express alone costs, in a process of its own: a JSON no-op at the path of the command; the member page as one
 * prepared statement that gives the same rows, names and total; lists, counts and searches of conversations as one statement.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 8 });

const PAGE = `SELECT m.user_id, m.role, coalesce(m.card->>'nickname', u.nickname) AS nickname, m.joined_at, m.source,
    m.inviter_id, m.approved_by, m.muted, m.muted_until, m.card,
    (SELECT g.member_count FROM read.groups_v2 g WHERE g.tenant = $1 AND g.group_id = $2) AS total
  FROM read.group_members_v2 m LEFT JOIN read.users_v2 u ON u.tenant = m.tenant AND u.user_id = m.user_id
  WHERE m.tenant = $1 AND m.group_id = $2 ORDER BY m.role_order, m.joined_at, m.user_id LIMIT $3`;

interface Row {
  readonly user_id: string;
  readonly role: string;
  readonly nickname: string | null;
  readonly joined_at: string;
  readonly source: string;
  readonly inviter_id: string | null;
  readonly approved_by: string | null;
  readonly muted: boolean;
  readonly muted_until: string | null;
  readonly card: Record<string, unknown>;
  readonly total: number;
}

const iso = (ms: string): string => new Date(Number(ms)).toISOString();
const CARD = ['nickname', 'avatar', 'ext', 'region', 'phone', 'wechat', 'alipay', 'description', 'customFields'];

const app = express();
const done = { id: 'group-1', revision: 4711, position: 'store:00000000000000004711', changed: true, outcome: {} };
const noOp: express.RequestHandler = (_request, response) => {
  response.json(done);
};
app.put('/v1/groups/:groupId/members/:userId/mute', express.json(), noOp);
app.delete('/v1/groups/:groupId/members/:userId/mute', express.json(), noOp);
// What is hostile is parsed as any other body is.
app.post(
  ['/v1/users', '/v1/sessions', '/v1/groups'],
  express.json({ limit: Number(process.env['BODY_BYTES'] ?? 0) }),
  noOp,
);
app.get('/v1/groups/:groupId/members', async (request, response) => {
  const values = ['1000', request.params.groupId, Number(request.query['limit'])];
  const { rows } = await pool.query<Row>({ name: 'page', text: PAGE, values });
  response.json({
    items: rows.map((row) => ({
      userId: row.user_id,
      role: row.role,
      nickname: row.nickname,
      joinedAt: iso(row.joined_at),
      source: row.source,
      inviterId: row.inviter_id,
      approvedBy: row.approved_by,
      mutedUntil: row.muted ? (row.muted_until === null ? 'forever' : iso(row.muted_until)) : null,
      card: Object.fromEntries(CARD.map((name) => [name, row.card[name] ?? null])),
    })),
    total: rows[0]?.total ?? 0,
  });
});

const isoOrNull = (ms: string | null): string | null => (ms === null ? null : iso(ms));
const LISTED = `SELECT p.* FROM read.conversations_v1 p WHERE p.tenant = $1 AND p.user_id = $2`;
const SORTED = 'ORDER BY p.latest_at DESC, p.conversation LIMIT $3';
const ROWS = `${LISTED} ${SORTED}`;
const WITH_LATEST = `SELECT p.*, m.* FROM (${ROWS}) p LEFT JOIN LATERAL (
    SELECT m.message_id, m.sender_id, m.format, m.type, m.body, m.sent_at, m.status FROM read.messages_v2 m
    WHERE m.tenant = p.tenant AND m.conversation = p.conversation AND m.seq = p.latest_seq OFFSET 0) m ON true
  ORDER BY p.latest_at DESC, p.conversation`;

interface ListedRow {
  readonly conversation: string;
  readonly kind: string;
  readonly peer_id: string | null;
  readonly group_id: string | null;
  readonly created_at: string;
  readonly closed_at: string | null;
  readonly last_seq: string;
  readonly read_seq: string;
  readonly countable: string;
  readonly read_countable: string;
  readonly latest_at: string | null;
  readonly message_id?: string;
  readonly sender_id?: string;
  readonly format?: string;
  readonly type?: string;
  readonly body?: string;
  readonly status?: string;
}

const list =
  (name: string, text: string): express.RequestHandler =>
  async (request, response) => {
    const values = ['1000', 'lister', Number(request.query['limit'])];
    const { rows } = await pool.query<ListedRow>({ name, text, values });
    response.json({
      items: rows.map((row) => ({
        id: row.conversation,
        kind: row.kind,
        peer: row.peer_id,
        group: row.group_id,
        createdAt: iso(row.created_at),
        closedAt: isoOrNull(row.closed_at),
        lastSeq: Number(row.last_seq),
        readSeq: Number(row.read_seq),
        unread: Math.max(0, Number(row.countable) - Number(row.read_countable)),
        sortedAt: isoOrNull(row.latest_at),
        ...(row.message_id !== undefined && {
          last: { id: row.message_id, sender: row.sender_id, type: row.type, body: row.body, status: row.status },
        }),
      })),
    });
  };
app.get('/v1/conversations/rows', list('rows', ROWS));
app.get('/v1/conversations', list('rows-with-latest', WITH_LATEST));

const RAISE = `INSERT INTO public.bench_position AS p (tenant, conversation, user_id, up_to_seq, countable)
  VALUES ($1, $2, $3, $4, $4) ON CONFLICT (tenant, conversation, user_id) DO UPDATE
    SET up_to_seq = excluded.up_to_seq, countable = excluded.countable WHERE p.up_to_seq < excluded.up_to_seq`;
app.put('/v1/conversations/:id/read-position', express.json(), async (request, response) => {
  const { upTo } = request.body as { upTo: number };
  const values = ['1000', request.params['id'], request.header('x-reader'), upTo];
  await pool.query({ name: 'raise', text: RAISE, values });
  response.json({ conversationId: request.params['id'], readSeq: upTo, lastSeq: upTo });
});

const COUNTED = `SELECT count(*) FILTER (WHERE r.up_to_seq >= $3)::integer AS read, count(*)::integer AS total
  FROM read.conversations_v1 p LEFT JOIN system.read_position r USING (tenant, conversation, user_id)
  WHERE p.tenant = $1 AND p.conversation = $2`;
app.get('/v1/conversations/:id/messages/:seq/receipts', async (request, response) => {
  const seq = Number(request.params['seq']);
  const values = ['1000', 'g.large.1', seq];
  const { rows } = await pool.query<{ read: number; total: number }>({ name: 'counted', text: COUNTED, values });
  const { read = 0, total = 0 } = rows[0] ?? {};
  response.json({ seq, read, unread: total - read });
});

const SOUGHT = `SELECT m.* FROM (SELECT * FROM read.messages_v2 m WHERE m.tenant = $1 AND m.conversation = $2
    ORDER BY m.sent_at DESC, m.seq DESC LIMIT 60000) m WHERE strpos(m.words, $3) > 0 LIMIT 20`;
app.get('/v1/messages', async (request, response) => {
  const values = ['1000', 'g.long.1', request.query['keyword']];
  const { rows } = await pool.query<object>({ name: 'sought', text: SOUGHT, values });
  response.json({ items: rows });
});

const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
