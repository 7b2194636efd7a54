import type { ApplicationView } from './applications.js';
import type { CountedPage, PageRequest } from './page.js';

/**
 * Why an application is news to somebody: he is asked as invitee, or as a manager of the group; or the request he made
 * (`applicant`), or the invitation (`inviter`), came to an end.
 */
export type NoticeRole = 'invitee' | 'manager' | 'applicant' | 'inviter';

export interface NoticeView {
  readonly as: NoticeRole;
  /** When it became news to him, milliseconds UTC: asked, or ended. */
  readonly noticedAt: number;
  readonly application: ApplicationView;
}

/** Everything is of one tenant. */
export interface NoticeQueries {
  /**
   * What a user has not cleared away, newest first. `at`: now, milliseconds UTC.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  noticesOfUser(
    tenant: string,
    userId: string,
    at: number,
    page: PageRequest,
    filter?: { readonly as?: readonly NoticeRole[] },
  ): Promise<CountedPage<NoticeView>>;
}
