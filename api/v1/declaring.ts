import type { TObject } from 'typebox';
import type { Success } from './operation.js';

/** What the declarations of many operations have in common. */

/** @param Schema the receipt of the command */
export const done = <Schema extends TObject>(Schema: Schema): Success<Schema> => ({
  status: 200,
  description: 'Done, or it was already so (`changed` is false).',
  Schema,
  etag: 'revision' in Schema.properties,
});

/** Something new, with the address at which it is from now on. */
export const made = <Schema extends TObject>(description: string, Schema: Schema): Success<Schema> => ({
  status: 201,
  description,
  Schema,
  etag: true,
  location: true,
});

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

/** Every command upon what a user has for himself; nobody sees a revision of it. */
export const ownThings = ['UserNotFound', 'NotPermitted', 'InvalidArgument', 'IdempotencyKeyReused'] as const;

/** Every command upon a user. */
export const ownCommand = [...ownThings, 'RevisionMismatch'] as const;

/** Every query of the read model. */
export const reading = ['ReadModelBehind', 'CursorGone'] as const;
