import type { Role } from '../../domain/group/rules.js';
import type { StandingInGroup } from './groups.js';
import type { MemberView } from './members.js';

/** Who looks at a group's members. */
export interface Looking {
  readonly userId: string;
  /** undefined: no member, an app admin for instance. */
  readonly role: Role | undefined;
  /** By his own power, not for somebody. */
  readonly appAdmin: boolean;
  readonly settings: Pick<StandingInGroup['settings'], 'lookMemberInfo'>;
}

/** How much of a member somebody sees: everything, all but what is his own, or that he is there. */
export type Sight = 'own' | 'full' | 'idsAndRoles';

export const manages = ({ appAdmin, role }: Pick<Looking, 'appAdmin' | 'role'>): boolean =>
  appAdmin || role === 'owner' || role === 'admin';

/** docs/rules.md A17: where the group keeps its members to itself, others see ids and roles only, whichever API they ask. */
export function sightOf(looking: Looking, { userId }: Pick<MemberView, 'userId'>): Sight {
  if (looking.appAdmin || looking.userId === userId) return 'own';
  return mayLookAtOthers(looking) ? 'full' : 'idsAndRoles';
}

/** Whether he sees more of others than that they are there; by names that he doesn't see he doesn't search either. */
export const mayLookAtOthers = (looking: Looking): boolean => looking.settings.lookMemberInfo || manages(looking);
