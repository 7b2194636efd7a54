import { isId, NO_ID } from '../../../domain/shared/ids.js';
import { TencentRefused } from './refused.js';

/** @throws TencentRefused badGroupId, of what nobody could have named a group */
export function groupIdOf({ GroupId }: { readonly GroupId: string }): string {
  if (!isId(GroupId)) throw new TencentRefused('badGroupId', NO_ID);
  return GroupId;
}
