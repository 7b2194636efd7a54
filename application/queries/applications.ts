import type { InvitationStage } from '../../domain/group/events.js';
import type { CountedPage, PageRequest } from './page.js';

/**
 * How an application stands (docs/rules.md A6). `accepted`: approved by a manager, or by all whom an invitation asked. `refused`:
 * declined too. `joinedOtherwise`: he came in on another way. `dismissed`: it was open when the group ended.
 */
export type ApplicationStatus =
  | 'pending'
  | 'accepted'
  | 'refused'
  | 'ignored'
  | 'superseded'
  | 'expired'
  | 'withdrawn'
  | 'joinedOtherwise'
  | 'dismissed';

/** `request`: somebody asked for himself. `invitation`: somebody was named by another, and that needed somebody's word. */
export type ApplicationKind = 'request' | 'invitation';

/** A join request or an invitation that awaited somebody. Times are milliseconds UTC. */
export interface ApplicationView {
  readonly kind: ApplicationKind;
  /** `requestId` or `inviteId`. */
  readonly id: string;
  readonly groupId: string;
  /** Who would become a member. */
  readonly userId: string;
  /** Who named him; for a request who is said to have sent him. */
  readonly inviterId: string | null;
  /** A request's message, an invitation's reason; null = none, or erased. */
  readonly message: string | null;
  readonly ext: string | null;
  /** 'invitation' for invitations. */
  readonly source: string;
  /** Whose word was asked for from the start; a request asks the managers. */
  readonly asked: readonly InvitationStage[];
  /** Whose word is still missing; empty once it isn't pending. */
  readonly awaits: readonly InvitationStage[];
  readonly status: ApplicationStatus;
  readonly createdAt: number;
  /** From then on nobody can accept it; null = no such time. */
  readonly expiresAt: number | null;
  /** When it ceased to be pending by an event; null = it didn't (also where only its time has passed). */
  readonly endedAt: number | null;
  /** Who gave the answer that ended it; null = no answer ended it. */
  readonly handledBy: string | null;
  readonly handledMessage: string | null;
  /** No later application of this user to this group exists. */
  readonly latest: boolean;
}

/** What is absent filters nothing. */
export interface ApplicationFilter {
  /** Now, milliseconds UTC: what it needs to tell `expired` from `pending`. */
  readonly at: number;
  readonly statuses?: readonly ApplicationStatus[];
  readonly kinds?: readonly ApplicationKind[];
  /** Only those that asked this side. */
  readonly asked?: InvitationStage;
  /** Only the newest of each user and group, as systems that keep one row for both show them. */
  readonly latestOnly?: boolean;
  /** With `latestOnly`, also what still waits for an answer although something newer is there. */
  readonly pendingToo?: boolean;
  /** At most 1000 ids. */
  readonly groupIds?: readonly string[];
}

/**
 * Everything is of one tenant. All lists are newest first (creation, then id) and say how many there are; all may throw
 * BadCursor, BadPageLimit, BadPageOffset.
 */
export interface ApplicationQueries {
  application(tenant: string, groupId: string, id: string, at: number): Promise<ApplicationView | undefined>;
  /** Of all active groups in which the user is owner or admin now: what asked their managers. */
  forManager(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>>;
  /** His own requests and the invitations that name him; `kinds` tells them apart. */
  ofUser(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>>;
  /** The invitations that he made. */
  ofInviter(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>>;
  /** Of the current incarnations of these groups (at most 1000). */
  ofGroups(
    tenant: string,
    groupIds: readonly string[],
    page: PageRequest,
    filter: ApplicationFilter,
  ): Promise<CountedPage<ApplicationView>>;
  /** Of one group's current incarnation; with `userIds` (at most 1000) only of these. */
  ofGroup(
    tenant: string,
    groupId: string,
    page: PageRequest,
    filter: ApplicationFilter & { readonly userIds?: readonly string[] },
  ): Promise<CountedPage<ApplicationView>>;
}
