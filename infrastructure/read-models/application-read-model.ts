import type { ApplicationFilter, ApplicationQueries, ApplicationView } from '../../application/queries/applications.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import { applicationColumns, MANAGED, shapeApplication, statusAt, type ApplicationRow } from './application-rows.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import type { Prepared } from './prepared.js';

/** Newest first: what lies behind a key is less than it. */
const list = (name: string): PagedList => ({
  name,
  shape: ['number', 'string', 'string', 'string'],
  start: [Number.MAX_SAFE_INTEGER, '', '', ''],
});

interface Scope {
  readonly list: PagedList;
  readonly page: string;
  readonly count: string;
}

export class ApplicationReadModel implements ApplicationQueries {
  constructor(private readonly prepared: Prepared) {}

  async application(tenant: string, groupId: string, id: string, at: number): Promise<ApplicationView | undefined> {
    const [row] = await this.prepared.rows<ApplicationRow>('application', ONE, [tenant, groupId, id, at]);
    return row ? shapeApplication(row) : undefined;
  }

  forManager(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>> {
    return this.read(FOR_MANAGER, [tenant, userId], page, filter);
  }

  ofUser(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>> {
    return this.read(OF_USER, [tenant, userId], page, filter);
  }

  ofInviter(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>> {
    return this.read(OF_INVITER, [tenant, userId], page, filter);
  }

  ofGroups(
    tenant: string,
    groupIds: readonly string[],
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>> {
    return this.read(OF_GROUPS, [tenant, groupIds], page, filter);
  }

  ofGroup(
    tenant: string,
    groupId: string,
    page: PageRequest,
    filter: ApplicationFilter & { readonly userIds?: readonly string[] },
  ): Promise<CountedPage<ApplicationView>> {
    return this.read(OF_GROUP, [tenant, groupId], page, filter);
  }

  private async read(
    { list, page: text, count }: Scope,
    whose: readonly [string, string | readonly string[]],
    page: PageRequest,
    filter: ApplicationFilter & { readonly userIds?: readonly string[] },
  ): Promise<CountedPage<ApplicationView>> {
    const { after, offset } = pageStart(list, page);
    const which = [
      ...whose,
      filter.at,
      filter.statuses ?? null,
      filter.kinds ?? null,
      filter.asked ?? null,
      filter.latestOnly === true ? (filter.pendingToo === true ? 'pendingToo' : 'latest') : null,
      filter.groupIds ?? null,
      filter.userIds ?? null,
    ];
    const [rows, counts] = await Promise.all([
      this.prepared.rows<ApplicationRow>(list.name, text, [...which, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${list.name}.count`, count, which),
    ]);
    const { shown, next } = cutPage(list, page, rows, (row) => [
      Number(row.created_at),
      row.application_id,
      row.group_id,
      row.kind,
    ]);
    return { items: shown.map(shapeApplication), next, total: counts[0]?.n ?? 0 };
  }
}

const COLUMNS = applicationColumns('$3');

const FILTER = `($4::text[] IS NULL OR ${statusAt('$3')} = ANY ($4))
    AND ($5::text[] IS NULL OR a.kind = ANY ($5))
    AND ($6::text IS NULL OR CASE $6 WHEN 'invitee' THEN a.asked_invitee ELSE a.asked_manager END)
    AND ($7::text IS NULL OR a.latest OR ($7 = 'pendingToo' AND a.status = 'pending'))
    AND ($8::text[] IS NULL OR a.group_id = ANY ($8))
    AND ($9::text[] IS NULL OR a.user_id = ANY ($9))`;

const BEHIND = `(a.created_at, a.application_id, a.group_id, a.kind) < ($10::bigint, $11::text, $12::text, $13::text)`;
const ORDER = `ORDER BY a.created_at DESC, a.application_id DESC, a.group_id DESC, a.kind DESC`;

/** A list that one index holds in its order. */
const plain = (name: string, where: string): Scope => ({
  list: list(name),
  page: `SELECT ${COLUMNS} FROM read.group_applications_v1 a WHERE ${where} AND ${FILTER} AND ${BEHIND}
  ${ORDER} LIMIT $14 OFFSET $15`,
  count: `SELECT count(*)::integer AS n FROM read.group_applications_v1 a WHERE ${where} AND ${FILTER}`,
});

const OF_USER = plain('applications-of-user', 'a.tenant = $1 AND a.user_id = $2');
const OF_INVITER = plain('applications-of-inviter', `a.tenant = $1 AND a.inviter_id = $2 AND a.kind = 'invitation'`);
/** What asked former incarnations' managers is not for those of today. */
const OF_GROUP = plain(
  'applications-of-group',
  `a.tenant = $1 AND a.group_id = $2 AND a.incarnation =
    (SELECT g.incarnation FROM read.groups_v2 g WHERE g.tenant = $1 AND g.group_id = $2)`,
);

const OF_GROUPS = plain(
  'applications-of-groups',
  `a.tenant = $1 AND a.group_id = ANY ($2::text[]) AND a.incarnation =
    (SELECT g.incarnation FROM read.groups_v2 g WHERE g.tenant = a.tenant AND g.group_id = a.group_id)`,
);

const OF_MANAGED = `FROM read.group_applications_v1 a
    WHERE a.tenant = $1 AND a.group_id = managed.group_id AND a.incarnation = managed.incarnation AND a.asked_manager
    AND ${FILTER}`;

/** Of each group only as many as the page could hold. */
const FOR_MANAGER: Scope = {
  list: list('applications-for-manager'),
  page: `WITH ${MANAGED}
  SELECT a.* FROM managed CROSS JOIN LATERAL (
    SELECT ${COLUMNS} ${OF_MANAGED} AND ${BEHIND} ${ORDER} LIMIT $14::bigint + $15::bigint) a
  ${ORDER} LIMIT $14 OFFSET $15`,
  count: `WITH ${MANAGED}
  SELECT coalesce(sum(a.n), 0)::integer AS n FROM managed
  CROSS JOIN LATERAL (SELECT count(*) AS n ${OF_MANAGED}) a`,
};

const ONE = `SELECT ${applicationColumns('$4')} FROM read.group_applications_v1 a
  WHERE a.tenant = $1 AND a.group_id = $2 AND a.application_id = $3 LIMIT 1`;
