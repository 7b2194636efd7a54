import type { GroupCommands } from '../../application/commands/groups.js';
import { receipt, requestContext, resolveUser } from './commanding.js';
import { always, done, managers } from './declaring.js';
import { MemberPath } from './dto/groups.js';
import { ChangeMemberCard } from './dto/members.js';
import { operation, type Operation } from './operation.js';
import { CardReceipt } from './schemas/receipts.js';

/** What a member says of himself in one group, and how he is told of its messages. */
export function memberCardOperations(groups: GroupCommands): Operation[] {
  return [
    operation({
      method: 'patch',
      path: '/groups/{groupId}/members/{userId}/card',
      operationId: 'changeMemberCard',
      summary: 'Change one’s card in a group, or another’s where the rules let one',
      description: 'What is absent stays as it is.',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Body: ChangeMemberCard,
      success: done(CardReceipt),
      problems: [...always, ...managers, 'TargetRoleTooHigh'],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const { receiveOption, ...changes } = invocation.body;
        const result = await groups.changeCard(
          requestContext(invocation, 'PATCH /groups/{groupId}/members/{userId}/card'),
          {
            groupId,
            userId: resolveUser(userId, invocation.caller),
            changes,
            ...(receiveOption === undefined ? {} : { receiveOption }),
          },
        );
        return receipt(groupId, result);
      },
    }),
  ];
}
