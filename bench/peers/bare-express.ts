import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';

/**
 * What Express alone costs, in a process of its own: a JSON no-op at the path of the command, and the member page as one
 * prepared statement that gives the same rows, names and total.
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
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
