import type {
  BlockView,
  FriendDirections,
  FriendRequestFilter,
  FriendRequestView,
  FriendshipQueries,
  FriendView,
} from '../../application/queries/friendships.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import type { UserQueries, UserView } from '../../application/queries/users.js';
import type { FriendSource } from '../../domain/friendship/events.js';
import type { FriendRequestStatus } from '../../domain/friendship/state.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import { inOrder, type Prepared } from './prepared.js';

interface FriendRow {
  owner_id: string;
  friend_id: string;
  since: string;
  source: FriendSource;
  added_by: string;
  request_id: string | null;
  pinned: boolean;
  pin_order: number;
  remark: string | null;
  description: string | null;
  phone: string | null;
  region: string | null;
  image: string | null;
  ext: string | null;
}

interface RequestRow {
  from_id: string;
  to_id: string;
  request_id: string;
  message: string | null;
  source: FriendSource;
  ext: string | null;
  asked_at: string;
  status: FriendRequestStatus;
  ended_at: string | null;
  handled_by: string | null;
  handled_message: string | null;
}

interface BlockRow {
  owner_id: string;
  blocked_id: string;
  blocked_at: string;
  blocked_by: string;
  why: BlockView['why'];
  ext: string | null;
}

type Users = ReadonlyMap<string, UserView>;

/** Names and pictures are those that people have now, looked up when they are shown. */
export class FriendshipReadModel implements FriendshipQueries {
  constructor(
    private readonly prepared: Prepared,
    private readonly users: Pick<UserQueries, 'usersByIds'>,
  ) {}

  async friendsOfUser(tenant: string, ownerId: string, page: PageRequest): Promise<CountedPage<FriendView>> {
    const { rows, total } = await this.#page<FriendRow>(FRIENDS, [tenant, ownerId], page);
    const users = await this.#usersOf(
      tenant,
      rows.slice(0, page.limit).map(({ friend_id }) => friend_id),
    );
    const show = (row: FriendRow): FriendView => friend(row, users);
    const keyOf = (row: FriendRow) => [row.pin_order, Number(row.since), row.friend_id];
    const { shown, next } = cutPage(FRIENDS.list, page, rows, keyOf, show);
    return { items: shown.map(show), next, total };
  }

  async friendsByIds(tenant: string, ownerId: string, friendIds: readonly string[]): Promise<readonly FriendView[]> {
    if (friendIds.length === 0) return [];
    const rows = await this.prepared.rows<FriendRow>('friends-by-ids', FRIENDS_BY_IDS, [tenant, ownerId, friendIds]);
    const users = await this.#usersOf(
      tenant,
      rows.map(({ friend_id }) => friend_id),
    );
    return inOrder(friendIds, rows, ({ friend_id }) => friend_id).map((row) => friend(row, users));
  }

  async areFriends(tenant: string, a: string, b: string): Promise<FriendDirections> {
    const rows = await this.prepared.rows<{ owner_id: string }>('are-friends', ARE_FRIENDS, [tenant, a, b]);
    const owners = new Set(rows.map(({ owner_id }) => owner_id));
    return { inListOfA: owners.has(a), inListOfB: owners.has(b) };
  }

  requestsReceived(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: FriendRequestFilter = {},
  ): Promise<CountedPage<FriendRequestView>> {
    return this.#requests(RECEIVED, tenant, userId, page, filter);
  }

  requestsSent(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: FriendRequestFilter = {},
  ): Promise<CountedPage<FriendRequestView>> {
    return this.#requests(SENT, tenant, userId, page, filter);
  }

  async requestsMade(
    tenant: string,
    directions: readonly Pick<FriendRequestView, 'from' | 'to'>[],
  ): Promise<readonly FriendRequestView[]> {
    if (directions.length === 0) return [];
    const [from, to] = [directions.map((one) => one.from), directions.map((one) => one.to)];
    const rows = await this.prepared.rows<RequestRow>('friend-requests-made', MADE, [tenant, from, to]);
    const users = await this.#usersOf(tenant, [...new Set(rows.flatMap((row) => [row.from_id, row.to_id]))]);
    return rows.map((row) => request(row, users));
  }

  async requestsBetween(tenant: string, a: string, b: string): Promise<readonly FriendRequestView[]> {
    const rows = await this.prepared.rows<RequestRow>('friend-requests-between', BETWEEN, [tenant, a, b]);
    const users = await this.#usersOf(tenant, rows.length === 0 ? [] : [a, b]);
    return rows.map((row) => request(row, users));
  }

  async blocksOfUser(tenant: string, ownerId: string, page: PageRequest): Promise<CountedPage<BlockView>> {
    const { rows, total } = await this.#page<BlockRow>(BLOCKS, [tenant, ownerId], page);
    const users = await this.#usersOf(
      tenant,
      rows.slice(0, page.limit).map(({ blocked_id }) => blocked_id),
    );
    const show = (row: BlockRow): BlockView => block(row, users);
    const keyOf = (row: BlockRow) => [Number(row.blocked_at), row.blocked_id];
    const { shown, next } = cutPage(BLOCKS.list, page, rows, keyOf, show);
    return { items: shown.map(show), next, total };
  }

  async blocksByIds(tenant: string, ownerId: string, blockedIds: readonly string[]): Promise<readonly BlockView[]> {
    if (blockedIds.length === 0) return [];
    const rows = await this.prepared.rows<BlockRow>('blocks-by-ids', BLOCKS_BY_IDS, [tenant, ownerId, blockedIds]);
    const users = await this.#usersOf(
      tenant,
      rows.map(({ blocked_id }) => blocked_id),
    );
    return inOrder(blockedIds, rows, ({ blocked_id }) => blocked_id).map((row) => block(row, users));
  }

  async #requests(
    scope: Scope,
    tenant: string,
    userId: string,
    page: PageRequest,
    { statuses }: FriendRequestFilter,
  ): Promise<CountedPage<FriendRequestView>> {
    const { rows, total } = await this.#page<RequestRow>(scope, [tenant, userId, statuses ?? null], page);
    const people = rows.slice(0, page.limit).flatMap(({ from_id, to_id }) => [from_id, to_id]);
    const users = await this.#usersOf(tenant, people);
    const show = (row: RequestRow): FriendRequestView => request(row, users);
    const keyOf = (row: RequestRow) => [Number(row.asked_at), row.request_id];
    const { shown, next } = cutPage(scope.list, page, rows, keyOf, show);
    return { items: shown.map(show), next, total };
  }

  async #page<Row extends object>(
    { list, page: text, count }: Scope,
    which: readonly unknown[],
    page: PageRequest,
  ): Promise<{ readonly rows: readonly Row[]; readonly total: number }> {
    const { after, offset } = pageStart(list, page);
    const [rows, counts] = await Promise.all([
      this.prepared.rows<Row>(list.name, text, [...which, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${list.name}.count`, count, [...which]),
    ]);
    return { rows, total: counts[0]?.n ?? 0 };
  }

  /** A page of requests names its reader once, and a thousand others. */
  async #usersOf(tenant: string, userIds: readonly string[]): Promise<Users> {
    const users = await this.users.usersByIds(tenant, userIds);
    return new Map(users.map((user) => [user.userId, user]));
  }
}

interface Scope {
  readonly list: PagedList;
  readonly page: string;
  readonly count: string;
}

const OF_OWNER = 'FROM read.friends_v1 f WHERE f.tenant = $1 AND f.owner_id = $2';
const FRIEND = `SELECT f.owner_id, f.friend_id, f.since, f.source, f.added_by, f.request_id, f.pinned, f.pin_order,
    f.remark, f.description, f.phone, f.region, f.image, f.ext ${OF_OWNER}`;
const FRIENDS: Scope = {
  list: { name: 'friends-of-user', shape: ['number', 'number', 'string'], start: [-1, 0, ''] },
  page: `${FRIEND} AND (f.pin_order, f.since, f.friend_id) > ($3::smallint, $4::bigint, $5)
  ORDER BY f.pin_order, f.since, f.friend_id LIMIT $6 OFFSET $7`,
  count: `SELECT count(*)::integer AS n ${OF_OWNER}`,
};
const FRIENDS_BY_IDS = `${FRIEND} AND f.friend_id = ANY ($3::text[])`;
const ARE_FRIENDS = `SELECT f.owner_id FROM read.friends_v1 f
  WHERE f.tenant = $1 AND f.owner_id = ANY (ARRAY[$2, $3]) AND f.friend_id = ANY (ARRAY[$2, $3])`;

const REQUEST = `SELECT r.from_id, r.to_id, r.request_id, r.message, r.source, r.ext, r.asked_at, r.status, r.ended_at,
    r.handled_by, r.handled_message FROM read.friend_requests_v1 r WHERE r.tenant = $1`;
const requests = (name: string, whose: 'from_id' | 'to_id'): Scope => {
  const which = `AND r.${whose} = $2 AND ($3::text[] IS NULL OR r.status = ANY ($3))`;
  return {
    list: { name, shape: ['number', 'string'], start: [Number.MAX_SAFE_INTEGER, ''] },
    page: `${REQUEST} ${which} AND (r.asked_at, r.request_id) < ($4::bigint, $5)
  ORDER BY r.asked_at DESC, r.request_id DESC LIMIT $6 OFFSET $7`,
    count: `SELECT count(*)::integer AS n FROM read.friend_requests_v1 r WHERE r.tenant = $1 ${which}`,
  };
};
const RECEIVED = requests('friend-requests-received', 'to_id');
const SENT = requests('friend-requests-sent', 'from_id');
const MADE = `${REQUEST} AND (r.from_id, r.to_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))`;
const BETWEEN = `${REQUEST} AND r.from_id = ANY (ARRAY[$2, $3]) AND r.to_id = ANY (ARRAY[$2, $3])
  ORDER BY r.asked_at DESC, r.request_id DESC`;

const BLOCKED_BY = 'FROM read.blacks_v1 b WHERE b.tenant = $1 AND b.owner_id = $2';
const BLOCK = `SELECT b.owner_id, b.blocked_id, b.blocked_at, b.blocked_by, b.why, b.ext ${BLOCKED_BY}`;
const BLOCKS: Scope = {
  list: { name: 'blocks-of-user', shape: ['number', 'string'], start: [Number.MAX_SAFE_INTEGER, ''] },
  page: `${BLOCK} AND (b.blocked_at, b.blocked_id) < ($3::bigint, $4)
  ORDER BY b.blocked_at DESC, b.blocked_id DESC LIMIT $5 OFFSET $6`,
  count: `SELECT count(*)::integer AS n ${BLOCKED_BY}`,
};
const BLOCKS_BY_IDS = `${BLOCK} AND b.blocked_id = ANY ($3::text[])`;

const friend = (row: FriendRow, users: Users): FriendView => ({
  ownerId: row.owner_id,
  friendId: row.friend_id,
  user: users.get(row.friend_id) ?? null,
  since: Number(row.since),
  source: row.source,
  addedBy: row.added_by,
  requestId: row.request_id,
  pinned: row.pinned,
  card: {
    remark: row.remark,
    description: row.description,
    phone: row.phone,
    region: row.region,
    image: row.image,
    ext: row.ext,
  },
});

const request = (row: RequestRow, users: Users): FriendRequestView => ({
  requestId: row.request_id,
  from: row.from_id,
  to: row.to_id,
  fromUser: users.get(row.from_id) ?? null,
  toUser: users.get(row.to_id) ?? null,
  message: row.message,
  source: row.source,
  ext: row.ext,
  status: row.status,
  askedAt: Number(row.asked_at),
  endedAt: row.ended_at === null ? null : Number(row.ended_at),
  handledBy: row.handled_by,
  handledMessage: row.handled_message,
});

const block = (row: BlockRow, users: Users): BlockView => ({
  ownerId: row.owner_id,
  blockedId: row.blocked_id,
  user: users.get(row.blocked_id) ?? null,
  blockedAt: Number(row.blocked_at),
  blockedBy: row.blocked_by,
  why: row.why,
  ext: row.ext,
});
