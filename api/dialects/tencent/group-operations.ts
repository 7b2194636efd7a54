import { requestContext } from '../shared/context.js';
import { GroupReq } from './dto.js';
import { groupIdOf } from './ids.js';
import { operation, type Operation } from './operation.js';
import type { TencentServices } from './services.js';

/** What makes, changes and ends groups. */
export function groupOperations({ groupCommands: groups }: TencentServices): Operation[] {
  return [
    operation({
      command: 'destroy_group',
      Body: GroupReq,
      handle: async (call) => {
        const groupId = groupIdOf(call.body);
        await groups.dismiss(requestContext(call), { groupId, removeMembers: true });
        return {};
      },
    }),
  ];
}
