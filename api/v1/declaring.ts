import { Receipt } from './dto/common.js';

/** What the declarations of many operations have in common. */

export const done = {
  status: 200,
  description: 'Done, or it was already so (`changed` is false).',
  Schema: Receipt,
} as const;

/** Every command upon a group refuses these. */
export const always = [
  'GroupNotFound',
  'GroupDismissed',
  'GroupSuspended',
  'RevisionMismatch',
  'IdempotencyKeyReused',
  'NotPermitted',
  'InvalidArgument',
] as const;

/** What is for owner and admins, and what hits somebody named. */
export const managers = [
  'NotGroupMember',
  'MemberNotFound',
  'NotGroupManager',
  'NotGroupOwner',
  'RulesForbid',
] as const;

/** Every command upon what is a user's own. */
export const ownCommand = [
  'UserNotFound',
  'NotPermitted',
  'InvalidArgument',
  'RevisionMismatch',
  'IdempotencyKeyReused',
] as const;

/** Every query of the read model. */
export const reading = ['ReadModelBehind', 'CursorGone'] as const;
