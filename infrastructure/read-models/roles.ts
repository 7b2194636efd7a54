import type { Role } from '../../domain/group/rules.js';

/** As the projection `group_members` orders them. */
const ORDER: Readonly<Record<Role, number>> = { owner: 0, admin: 1, member: 2 };

/** `role_order` of the roles asked for; of all where none are. */
export const orderOf = (roles: readonly Role[] = ['owner', 'admin', 'member']): number[] =>
  roles.map((role) => ORDER[role]);
