import type { DomainEvent } from '../../domain/shared/event.js';
import type { Role } from '../../domain/group/rules.js';
import { created, dismissed, joined, left, registered, START } from './group-histories.js';

interface Model {
  incarnation: number;
  status: 'none' | 'active' | 'dismissed';
  members: Map<string, { role: Role; muted: boolean }>;
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
    const model = models.get(groupId) ?? { incarnation: 0, status: 'none', members: new Map() };
    models.set(groupId, model);
    events.push(...step(model, groupId, userId, Math.floor(choice / 18) % 12, START + i));
  });
  return events;
}

function step(model: Model, groupId: string, userId: string, act: number, at: number): DomainEvent[] {
  if (model.status !== 'active') {
    if (model.status === 'dismissed' && act % 2 === 0) return [];
    model.incarnation += 1;
    model.status = 'active';
    model.members = new Map([[userId, { role: 'owner', muted: false }]]);
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
      return [joined(groupId, userId, 'member', { joinedAt: at, ...(act === 3 ? { mutedUntil: at + 1000 } : {}) })];
    case 4:
      if (!member || member.role === 'owner') return [];
      model.members.delete(userId);
      return [left(groupId, userId, member.role)];
    case 5:
      if (!member || member.role === 'owner') return [];
      model.members.delete(userId);
      return [{ type: 'MemberRemoved', data: { groupId, userId, roleBefore: member.role, by: owner ?? 'admin' } }];
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
    default: {
      model.status = 'dismissed';
      const membersRemoved = at % 2 === 0;
      if (membersRemoved) model.members.clear();
      return [dismissed(groupId, membersRemoved)];
    }
  }
}
