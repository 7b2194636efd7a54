import type { DomainEvent } from '../../domain/shared/event.js';
import type { GroupEvent, InvitationStage } from '../../domain/group/events.js';
import type { Role } from '../../domain/group/rules.js';
import { created, dismissed, joined, left, registered, START } from './group-histories.js';

interface Model {
  incarnation: number;
  status: 'none' | 'active' | 'dismissed';
  members: Map<string, { role: Role; muted: boolean }>;
  /** Pending, by user. */
  requests: Map<string, string>;
  invitations: Map<string, { inviteId: string; awaits: InvitationStage[] }>;
}

const GROUPS = ['g1', 'g2', 'g3'];
const USERS = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'];

/** A history as deciders would accept it, from any numbers: each number is one try at a change; senseless ones give nothing. */
export function randomHistory(choices: readonly number[]): DomainEvent[] {
  const events: DomainEvent[] = USERS.map((userId) => registered(userId));
  const models = new Map<string, Model>();
  choices.forEach((choice, i) => {
    const groupId = GROUPS[choice % GROUPS.length]!;
    const userId = USERS[Math.floor(choice / 3) % USERS.length]!;
    const model = models.get(groupId) ?? unborn();
    models.set(groupId, model);
    events.push(...step(model, groupId, userId, Math.floor(choice / 18) % ACTS, START + i));
  });
  return events;
}

const ACTS = 22;

const unborn = (): Model => ({
  incarnation: 0,
  status: 'none',
  members: new Map(),
  requests: new Map(),
  invitations: new Map(),
});

function step(model: Model, groupId: string, userId: string, act: number, at: number): DomainEvent[] {
  if (model.status !== 'active') {
    if (model.status === 'dismissed' && act % 2 === 0) return [];
    model.incarnation += 1;
    model.status = 'active';
    model.members = new Map([[userId, { role: 'owner', muted: false }]]);
    model.requests.clear();
    model.invitations.clear();
    return [
      created(groupId, userId, { incarnation: model.incarnation, createdAt: at }),
      joined(groupId, userId, 'owner', { joinedAt: at }),
    ];
  }
  const member = model.members.get(userId);
  const owner = [...model.members].find(([, { role }]) => role === 'owner')?.[0] ?? null;
  switch (act) {
    case 0:
    case 1:
    case 2:
    case 3:
      if (member) return [];
      model.members.set(userId, { role: 'member', muted: act === 3 });
      return [
        ...endAll(model, groupId, userId),
        joined(groupId, userId, 'member', { joinedAt: at, ...(act === 3 ? { mutedUntil: at + 1000 } : {}) }),
      ];
    case 4:
      if (!member || member.role === 'owner') return [];
      model.members.delete(userId);
      return [left(groupId, userId, member.role)];
    case 5:
      if (!member || member.role === 'owner') return [];
      model.members.delete(userId);
      return [
        {
          type: 'MemberRemoved',
          data: {
            groupId,
            userId,
            roleBefore: member.role,
            by: owner ?? 'admin',
            byRole: owner === undefined ? null : 'owner',
          },
        },
      ];
    case 6: {
      if (!member || member.role === 'owner') return [];
      const from = member.role;
      member.role = from === 'admin' ? 'member' : 'admin';
      return [{ type: 'MemberRoleChanged', data: { groupId, userId, from, to: member.role, by: owner ?? 'admin' } }];
    }
    case 7:
      if (!member) return [];
      member.muted = !member.muted;
      return [
        member.muted
          ? { type: 'MemberMuted', data: { groupId, userId, until: at % 2 === 0 ? null : at + 60_000, by: 'admin' } }
          : { type: 'MemberUnmuted', data: { groupId, userId, by: 'admin', why: 'lifted' } },
      ];
    case 8: {
      if (!member || owner === null || owner === userId) return [];
      const newOwnerWas = member.role;
      model.members.set(owner, { role: 'member', muted: model.members.get(owner)!.muted });
      model.members.set(userId, { role: 'owner', muted: false });
      return [
        {
          type: 'OwnerTransferred',
          data: { groupId, from: owner, to: userId, formerOwnerBecomes: 'member', newOwnerWas, why: 'requested' },
        },
      ];
    }
    case 9:
      return [{ type: 'GroupProfileChanged', data: { groupId, changes: { name: `N${String(at)}` }, by: 'admin' } }];
    case 10:
      return [
        at % 2 === 0
          ? { type: 'GroupMuted', data: { groupId, by: 'admin', speakers: [userId] } }
          : { type: 'GroupUnmuted', data: { groupId, by: 'admin' } },
      ];
    case 11: {
      // Seldom, so that groups come to something before they end.
      if (at % 5 !== 0) return [];
      model.status = 'dismissed';
      const membersRemoved = at % 2 === 0;
      if (membersRemoved) model.members.clear();
      return [dismissed(groupId, membersRemoved)];
    }
    case 12:
    case 13:
    case 14:
    case 15:
    case 16:
      return apply(model, groupId, userId, act, at);
    default:
      return upkeep(model, groupId, userId, act, at);
  }
}

/** Asking, being asked, and how that ends. */
function apply(model: Model, groupId: string, userId: string, act: number, at: number): GroupEvent[] {
  const request = model.requests.get(userId);
  const invitation = model.invitations.get(userId);
  const by = [...model.members.keys()][0] ?? 'admin';
  const who = { groupId, userId };
  switch (act) {
    case 12: {
      if (model.members.has(userId)) return [];
      const requestId = `r${String(at)}`;
      model.requests.set(userId, requestId);
      return [
        ...endRequest(groupId, userId, request, 'superseded'),
        { type: 'JoinRequested', data: { ...who, requestId, source: 'search', message: `m${String(at)}` } },
      ];
    }
    case 13: {
      if (request === undefined) return [];
      model.requests.delete(userId);
      const answer = (['approved', 'approved', 'refused', 'ignored'] as const)[at % 4]!;
      const answered: GroupEvent = { type: 'JoinRequestAnswered', data: { ...who, requestId: request, answer, by } };
      if (answer !== 'approved') return [answered];
      const ended = endAll(model, groupId, userId);
      model.members.set(userId, { role: 'member', muted: false });
      return [answered, ...ended, joined(groupId, userId, 'member', { joinedAt: at, requestId: request })];
    }
    case 14: {
      if (model.members.has(userId)) return [];
      const inviteId = `i${String(at)}`;
      const awaits = (
        [['invitee'], ['manager'], ['invitee', 'manager']] satisfies InvitationStage[][] as InvitationStage[][]
      )[at % 3]!;
      model.invitations.set(userId, { inviteId, awaits });
      return [
        ...endInvitation(groupId, userId, invitation?.inviteId, 'superseded'),
        {
          type: 'MemberInvited',
          data: { ...who, inviteId, inviterId: by, awaits, ...(at % 2 === 0 && { expiresAt: at + 5 }) },
        },
      ];
    }
    case 15: {
      const stage = invitation?.awaits[at % invitation.awaits.length];
      if (invitation === undefined || stage === undefined) return [];
      const { inviteId } = invitation;
      const answer = (['accepted', 'accepted', 'accepted', 'declined', 'ignored'] as const)[at % 5]!;
      const answered: GroupEvent = { type: 'InvitationAnswered', data: { ...who, inviteId, stage, answer, by } };
      const awaits = invitation.awaits.filter((awaited) => awaited !== stage);
      if (answer === 'accepted' && awaits.length > 0) {
        model.invitations.set(userId, { inviteId, awaits });
        return [answered];
      }
      model.invitations.delete(userId);
      if (answer !== 'accepted') return [answered];
      const ended = endAll(model, groupId, userId);
      model.members.set(userId, { role: 'member', muted: false });
      return [answered, ...ended, joined(groupId, userId, 'member', { joinedAt: at, inviteId })];
    }
    default:
      model.requests.delete(userId);
      model.invitations.delete(userId);
      return [
        ...endRequest(groupId, userId, request, 'withdrawn'),
        ...endInvitation(groupId, userId, invitation?.inviteId, at % 2 === 0 ? 'withdrawn' : 'expired'),
      ];
  }
}

type Why = 'superseded' | 'joinedOtherwise' | 'withdrawn';

const endRequest = (groupId: string, userId: string, requestId: string | undefined, why: Why): GroupEvent[] =>
  requestId === undefined ? [] : [{ type: 'JoinRequestWithdrawn', data: { groupId, userId, requestId, why } }];

const endInvitation = (
  groupId: string,
  userId: string,
  inviteId: string | undefined,
  why: Why | 'expired',
): GroupEvent[] =>
  inviteId === undefined ? [] : [{ type: 'InvitationWithdrawn', data: { groupId, userId, inviteId, why } }];

/** Who comes in waits for nothing. */
function endAll(model: Model, groupId: string, userId: string): GroupEvent[] {
  const events = [
    ...endRequest(groupId, userId, model.requests.get(userId), 'joinedOtherwise'),
    ...endInvitation(groupId, userId, model.invitations.get(userId)?.inviteId, 'joinedOtherwise'),
  ];
  model.requests.delete(userId);
  model.invitations.delete(userId);
  return events;
}

/** What changes a group's own facts, a card, or a user. */
function upkeep(model: Model, groupId: string, userId: string, act: number, at: number): DomainEvent[] {
  const by = 'admin';
  const odd = at % 2 === 1;
  switch (act) {
    case 17: {
      if (!model.members.has(userId)) return [];
      const nickname = at % 3 === 0 ? null : `Card ${String(at)}`;
      const changes = odd ? { nickname, description: ['a', 'b'] } : { ext: `e${String(at)}`, description: null };
      const told = at % 4 === 0 ? { receiveOption: 'none' } : {};
      return [{ type: 'MemberCardChanged', data: { groupId, userId, by: userId, changes, ...told } }];
    }
    case 18:
      return [
        odd
          ? { type: 'AnnouncementPublished', data: { groupId, text: `T${String(at)}`, by: userId } }
          : { type: 'JoinPolicyChanged', data: { groupId, selfJoin: 'approval', memberInvite: 'refused', by } },
      ];
    case 19:
      return [
        odd
          ? { type: 'GroupSettingsChanged', data: { groupId, changes: { maximum: at % 1000, retention: null }, by } }
          : { type: 'GroupCopied', data: { groupId, toGroupId: 'elsewhere', by, copiedAt: at } },
      ];
    case 20:
      return [
        odd
          ? { type: 'GroupSuspended', data: { groupId, mode: 'noChat', by, reason: 'r' } }
          : { type: 'GroupReinstated', data: { groupId, mode: 'noChat', by } },
      ];
    default:
      return [ofUser(groupId, userId, at)];
  }
}

function ofUser(groupId: string, userId: string, at: number): DomainEvent {
  switch (at % 5) {
    case 0:
      return { type: 'GroupFavourited', data: { userId, groupId, incarnation: 1 } };
    case 1:
      return { type: 'GroupUnfavourited', data: { userId, groupId } };
    case 2:
      return { type: 'GroupNoticesCleared', data: { userId, upTo: at } };
    case 3:
      return { type: 'UserProfileChanged', data: { userId, changes: { nickname: `U${String(at)}`, gender: 'x' } } };
    default:
      return { type: 'UserPrivacyChanged', data: { userId, changes: { groupInviteConsent: at % 2 === 0 } } };
  }
}
