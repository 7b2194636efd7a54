import type {
  GroupCreated,
  GroupEvent,
  GroupSettings,
  InvitationWithdrawn,
  JoinPolicy,
  JoinRequested,
  JoinRequestWithdrawn,
  MemberInvited,
  MemberJoined,
  SuspensionMode,
} from '../../domain/group/events.js';
import { groupPresets, type PresetName } from '../../domain/group/presets.js';
import type { Role, RuleValues } from '../../domain/group/rules.js';
import type { Actor } from '../../domain/shared/actor.js';

/** Words for specifications of the group: who acts, what had happened. Written out, not by way of the decider. */

export const GROUP = 'chess';
export const NUMBER = 2 ** 52 + 7;
/** Decided time of commands, unless a specification says otherwise; people joined before. */
export const NOW = 1_700_000_000_000;

export const user = (id: string): { actor: Actor; at: number } => ({ actor: { kind: 'user', id }, at: NOW });
export const appAdmin = { actor: { kind: 'appAdmin', id: 'root' } as Actor, at: NOW };
export const appAdminFor = (onBehalfOf: string) => ({
  actor: { kind: 'appAdmin', id: 'root', onBehalfOf } as Actor,
  at: NOW,
});
export const auditor = { actor: { kind: 'auditor', id: 'eve' } as Actor, at: NOW };

export interface Founding {
  readonly preset?: PresetName;
  /** Values that differ from the preset's. */
  readonly values?: Partial<RuleValues>;
  readonly owner?: string | null;
  readonly admins?: readonly string[];
  readonly members?: readonly string[];
  readonly maximum?: number;
  readonly joinPolicy?: JoinPolicy;
  readonly settings?: Partial<GroupSettings>;
}

/** A group of `ann` (owner), `bob` (admin), `cid` and `dan`, unless said otherwise. */
export function founded(founding: Founding = {}): GroupEvent[] {
  const { preset = 'parley', owner = 'ann', admins = ['bob'], members = ['cid', 'dan'] } = founding;
  const { rules, defaults } = groupPresets[preset];
  const created: GroupCreated = {
    type: 'GroupCreated',
    data: {
      groupId: GROUP,
      number: NUMBER,
      incarnation: 1,
      rules: { ...rules, values: { ...rules.values, ...founding.values } },
      kind: '',
      name: 'Chess',
      avatar: '',
      introduction: '',
      ext: '',
      customFields: [],
      ownerId: owner,
      creatorId: owner ?? 'root',
      maximum: founding.maximum ?? defaults.maximum,
      joinPolicy: founding.joinPolicy ?? defaults.joinPolicy,
      settings: { ...defaults.settings, ...founding.settings },
      createdAt: NOW - 1000,
      origin: { kind: 'created' },
    },
  };
  return [
    created,
    ...(owner === null ? [] : [joined(owner, { role: 'owner', source: 'creation' })]),
    ...admins.map((id) => joined(id, { role: 'admin', source: 'creation' })),
    ...members.map((id) => joined(id, { source: 'creation' })),
  ];
}

export const joined = (userId: string, more: Partial<MemberJoined['data']> = {}): MemberJoined => ({
  type: 'MemberJoined',
  data: { groupId: GROUP, userId, role: 'member', source: 'open', joinedAt: NOW - 1000, seesEarlier: false, ...more },
});

export const left = (userId: string, roleBefore: Role = 'member'): GroupEvent => ({
  type: 'MemberLeft',
  data: { groupId: GROUP, userId, roleBefore },
});

export const muted = (userId: string, until: number | null = null, by = 'ann'): GroupEvent => ({
  type: 'MemberMuted',
  data: { groupId: GROUP, userId, until, by },
});

export const dismissed = (by = 'ann', membersRemoved = false): GroupEvent => ({
  type: 'GroupDismissed',
  data: { groupId: GROUP, by, membersRemoved, why: 'requested' },
});

export const invited = (userId: string, more: Partial<MemberInvited['data']> = {}): MemberInvited => ({
  type: 'MemberInvited',
  data: { groupId: GROUP, inviteId: `i-${userId}`, userId, inviterId: 'cid', awaits: ['invitee'], ...more },
});

export const invitationEnded = (
  userId: string,
  why: InvitationWithdrawn['data']['why'],
  inviteId = `i-${userId}`,
): GroupEvent => ({ type: 'InvitationWithdrawn', data: { groupId: GROUP, inviteId, userId, why } });

export const requested = (userId: string, more: Partial<JoinRequested['data']> = {}): JoinRequested => ({
  type: 'JoinRequested',
  data: { groupId: GROUP, requestId: `r-${userId}`, userId, source: 'request', ...more },
});

export const requestEnded = (
  userId: string,
  why: JoinRequestWithdrawn['data']['why'],
  requestId = `r-${userId}`,
): GroupEvent => ({ type: 'JoinRequestWithdrawn', data: { groupId: GROUP, requestId, userId, why } });

export const suspended = (mode: SuspensionMode, by = 'root'): GroupEvent => ({
  type: 'GroupSuspended',
  data: { groupId: GROUP, mode, by },
});
