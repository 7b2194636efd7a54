import type { ApplicationKind, ApplicationStatus, ApplicationView } from '../../application/queries/applications.js';
import type { InvitationStage } from '../../domain/group/events.js';
import { ACTIVE_GROUP } from './active-group.js';

/** As `APPLICATION` reads it. */
export interface ApplicationRow {
  kind: ApplicationKind;
  application_id: string;
  group_id: string;
  user_id: string;
  inviter_id: string | null;
  message: string | null;
  ext: string | null;
  source: string;
  asked_invitee: boolean;
  asked_manager: boolean;
  awaits_invitee: boolean;
  awaits_manager: boolean;
  status_now: ApplicationStatus;
  created_at: string;
  expires_at: string | null;
  ended_at: string | null;
  handled_by: string | null;
  handled_message: string | null;
  latest: boolean;
}

/** `at`: the parameter that holds now. From its time on an invitation has expired, whether or not an event says so. */
export const statusAt = (at: string): string =>
  `CASE WHEN a.status = 'pending' AND a.expires_at <= ${at}::bigint THEN 'expired' ELSE a.status END`;

export const applicationColumns = (at: string): string => `a.kind, a.application_id, a.group_id, a.user_id,
    a.inviter_id, a.message, a.ext, a.source, a.asked_invitee, a.asked_manager, a.awaits_invitee, a.awaits_manager,
    ${statusAt(at)} AS status_now, a.created_at, a.expires_at, a.ended_at, a.handled_by, a.handled_message, a.latest`;

/** The active groups that $2 manages: few, so they come first whatever the planner thinks of tables it saw empty. */
export const MANAGED = `managed AS MATERIALIZED (
    SELECT m.group_id, m.incarnation FROM read.group_members_v2 m
    ${ACTIVE_GROUP('m')}
    WHERE m.tenant = $1 AND m.user_id = $2 AND m.role_order < 2)`;

const stages = (invitee: boolean, manager: boolean): InvitationStage[] => [
  ...(invitee ? (['invitee'] as const) : []),
  ...(manager ? (['manager'] as const) : []),
];

const time = (text: string | null): number | null => (text === null ? null : Number(text));

export const shapeApplication = (row: ApplicationRow): ApplicationView => ({
  kind: row.kind,
  id: row.application_id,
  groupId: row.group_id,
  userId: row.user_id,
  inviterId: row.inviter_id,
  message: row.message,
  ext: row.ext,
  source: row.source,
  asked: stages(row.asked_invitee, row.asked_manager),
  awaits: row.status_now === 'pending' ? stages(row.awaits_invitee, row.awaits_manager) : [],
  status: row.status_now,
  createdAt: Number(row.created_at),
  expiresAt: time(row.expires_at),
  endedAt: time(row.ended_at),
  handledBy: row.handled_by,
  handledMessage: row.handled_message,
  latest: row.latest,
});
