/** Who did it, and for whom when an app admin or a process acted. Recorded in every event's envelope. */
export interface Actor {
  readonly kind: 'user' | 'appAdmin' | 'auditor' | 'system';
  readonly id: string;
  /** The user for whom an app admin or a process acted. */
  readonly onBehalfOf?: string;
}

/** The user whom a decision counts as its author: the one acted for, else the actor himself. */
export const actingUser = (actor: Actor): string => actor.onBehalfOf ?? actor.id;

/** App admins and the server's own processes may do what a user's role would not let him (docs/rules.md D1 "access"). */
export const hasAdminPowers = (actor: Actor): boolean => actor.kind === 'appAdmin' || actor.kind === 'system';
