import type { GroupAct, JoinPolicy, Reach, Role, RuleValues, Standing } from './rules.js';

/** What somebody may do in a group as it stands, whoever else is in it. */
export interface Rights {
  readonly acts: Readonly<Record<GroupAct, boolean>>;
  /** The roles of those whom he may remove, mute, promote or demote, and whose cards he may change beside his own. */
  readonly reach: Readonly<Record<'remove' | 'mute' | 'changeRole' | 'editCard', readonly Role[]>>;
}

const roles: readonly Role[] = ['owner', 'admin', 'member'];

/** @param standings in virtue of which he acts; none where he may do nothing, in a dismissed group for instance */
export function rightsOf(values: RuleValues, { memberInvite }: JoinPolicy, standings: readonly Standing[]): Rights {
  const acts = Object.fromEntries(
    Object.entries(values.may).map(([act, who]) => [act, standings.some((standing) => who.includes(standing))]),
  ) as Record<GroupAct, boolean>;
  const onlyMember = standings.every((standing) => standing === 'member');
  const reached = (reach: Reach<Role>): readonly Role[] =>
    roles.filter((role) => standings.some((standing) => reach[standing].includes(role)));
  return {
    acts: { ...acts, invite: acts.invite && !(onlyMember && memberInvite === 'refused') },
    reach: {
      remove: reached(values.remove),
      mute: reached(values.mute),
      changeRole: reached(values.changeRole),
      editCard: reached(values.editCard),
    },
  };
}
