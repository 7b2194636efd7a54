import { TencentRefused } from './refused.js';

/** Accounts that one command adds or imports at most (docs/rules.md D3). */
export const MOST_ADDED = 300;

/** @throws TencentRefused badParameters, tooManyAccounts */
export function checkCount(member: string, count: number, most: number): void {
  if (count === 0) throw new TencentRefused('badParameters', `${member} must not be empty`);
  if (count > most) throw new TencentRefused('tooManyAccounts', `${member} names more than ${most.toString()}`);
}
