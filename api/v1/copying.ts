import type { GroupCommands } from '../../application/commands/groups.js';
import { receipt, requestContext } from './commanding.js';
import { always, managers, made } from './declaring.js';
import { GroupPath } from './dto/groups.js';
import { CopyGroup } from './dto/settings.js';
import { operation, type Operation } from './operation.js';
import { CreationReceipt } from './schemas/receipts.js';

/** A new group with the people of another. */
export function copyingOperations(groups: GroupCommands): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/groups/{groupId}/copies',
      operationId: 'copyGroup',
      summary: 'Make a new group with the members of this one; who copies owns it',
      description:
        'The new group has the rules, settings and join policy of this one. Who wants to be asked is invited. The receipt is of the new group.',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: CopyGroup,
      success: made('Copied.', CreationReceipt),
      problems: [...always, ...managers, 'CopyRefused', 'GroupIdTaken', 'GroupFull'],
      handle: async (invocation) => {
        const { groupId: toGroupId, name, avatar } = invocation.body;
        const result = await groups.copy(requestContext(invocation, 'POST /groups/{groupId}/copies'), {
          groupId: invocation.path.groupId,
          name,
          ...(toGroupId === undefined ? {} : { toGroupId }),
          ...(avatar === undefined ? {} : { avatar }),
        });
        const { groupId } = result.outcome;
        return receipt(groupId, result, { status: 201, location: `/v1/groups/${encodeURIComponent(groupId)}` });
      },
    }),
  ];
}
