import type { NoticeQueries, NoticeRole, NoticeView } from '../../application/queries/notices.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import { applicationColumns, MANAGED, shapeApplication, type ApplicationRow } from './application-rows.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import type { Prepared } from './prepared.js';

const LIST: PagedList = {
  name: 'notices-of-user',
  shape: ['number', 'string', 'string', 'string', 'string'],
  start: [Number.MAX_SAFE_INTEGER, '', '', '', ''],
};

type NoticeRow = ApplicationRow & { noticed_as: NoticeRole; noticed_at: string };

/** Notices are applications seen by those they concern; what is remembered for them is only up to when they were cleared. */
export class NoticeReadModel implements NoticeQueries {
  constructor(private readonly prepared: Prepared) {}

  async noticesOfUser(
    tenant: string,
    userId: string,
    at: number,
    page: PageRequest,
    { as }: { readonly as?: readonly NoticeRole[] } = {},
  ): Promise<CountedPage<NoticeView>> {
    const { after, offset } = pageStart(LIST, page);
    const which = [tenant, userId, at, as ?? null];
    const [rows, counts] = await Promise.all([
      this.prepared.rows<NoticeRow>(LIST.name, PAGE, [...which, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${LIST.name}.count`, COUNT, which),
    ]);
    const { shown, next } = cutPage(LIST, page, rows, (row) => [
      Number(row.noticed_at),
      row.application_id,
      row.group_id,
      row.kind,
      row.noticed_as,
    ]);
    return { items: shown.map(shape), next, total: counts[0]?.n ?? 0 };
  }
}

const shape = (row: NoticeRow): NoticeView => ({
  as: row.noticed_as,
  noticedAt: Number(row.noticed_at),
  application: shapeApplication(row),
});

const CLEARED = `coalesce(
      (SELECT c.up_to FROM read.cleared_notices_v1 c WHERE c.tenant = $1 AND c.user_id = $2), ${String(Number.MIN_SAFE_INTEGER)})`;

/** `time`: the column that says when it became news. */
const branch = (as: NoticeRole, time: string, from: string): string => `
    SELECT '${as}' AS noticed_as, a.${time} AS noticed_at, ${applicationColumns('$3')} ${from}
      AND a.${time} > ${CLEARED} AND ($4::text[] IS NULL OR '${as}' = ANY ($4))`;

/** What he did himself, or what another application took the place of, is no news. */
const ENDED = `a.status IN ('accepted', 'refused', 'ignored', 'expired', 'dismissed')`;
const APPLICATIONS = 'FROM read.group_applications_v1 a';

const NOTICES = `WITH ${MANAGED}, notices AS (${[
  branch(
    'invitee',
    'created_at',
    `${APPLICATIONS} WHERE a.tenant = $1 AND a.user_id = $2 AND a.asked_invitee AND a.status <> 'superseded'`,
  ),
  branch(
    'manager',
    'manager_asked_at',
    `FROM managed CROSS JOIN LATERAL (
      SELECT * ${APPLICATIONS} WHERE a.tenant = $1 AND a.group_id = managed.group_id
        AND a.incarnation = managed.incarnation AND a.manager_asked_at IS NOT NULL OFFSET 0) a
      WHERE a.status <> 'superseded'`,
  ),
  branch(
    'applicant',
    'ended_at',
    `${APPLICATIONS} WHERE a.tenant = $1 AND a.user_id = $2 AND a.kind = 'request' AND ${ENDED}`,
  ),
  branch(
    'inviter',
    'ended_at',
    `${APPLICATIONS} WHERE a.tenant = $1 AND a.inviter_id = $2 AND a.kind = 'invitation' AND ${ENDED}`,
  ),
].join('\n    UNION ALL')})`;

const PAGE = `${NOTICES}
  SELECT * FROM notices
  WHERE (noticed_at, application_id, group_id, kind, noticed_as) < ($5::bigint, $6::text, $7::text, $8::text, $9::text)
  ORDER BY noticed_at DESC, application_id DESC, group_id DESC, kind DESC, noticed_as COLLATE "C" DESC
  LIMIT $10 OFFSET $11`;
const COUNT = `${NOTICES} SELECT count(*)::integer AS n FROM notices`;
