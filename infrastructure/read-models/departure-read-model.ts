import type { DepartureQueries, DepartureView } from '../../application/queries/departures.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import type { Role } from '../../domain/group/rules.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import type { Prepared } from './prepared.js';

interface DepartureRow {
  user_id: string;
  how: DepartureView['how'];
  by: string;
  by_role: Role | null;
  role_before: Role;
  reason: string | null;
  at: string;
}

const LIST: PagedList = {
  name: 'departures-of-group',
  shape: ['number', 'string'],
  start: [Number.MAX_SAFE_INTEGER, ''],
};

export class DepartureReadModel implements DepartureQueries {
  constructor(private readonly prepared: Prepared) {}

  async departuresOfGroup(tenant: string, groupId: string, page: PageRequest): Promise<CountedPage<DepartureView>> {
    const { after, offset } = pageStart(LIST, page);
    const [rows, counts] = await Promise.all([
      this.prepared.rows<DepartureRow>(LIST.name, PAGE, [tenant, groupId, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${LIST.name}.count`, COUNT, [tenant, groupId]),
    ]);
    const { shown, next } = cutPage(LIST, page, rows, (row) => [Number(row.at), row.user_id]);
    return { items: shown.map(shape), next, total: counts[0]?.n ?? 0 };
  }
}

const shape = (row: DepartureRow): DepartureView => ({
  userId: row.user_id,
  how: row.how,
  by: row.by,
  byRole: row.by_role,
  roleBefore: row.role_before,
  reason: row.reason,
  at: Number(row.at),
});

const OF_GROUP = 'FROM read.group_departures_v1 d WHERE d.tenant = $1 AND d.group_id = $2';
const PAGE = `SELECT d.user_id, d.how, d.by, d.by_role, d.role_before, d.reason, d.at ${OF_GROUP}
  AND (d.at, d.user_id) < ($3::bigint, $4) ORDER BY d.at DESC, d.user_id DESC LIMIT $5 OFFSET $6`;
const COUNT = `SELECT count(*)::integer AS n ${OF_GROUP}`;
