import { groupOperations } from './group-operations.js';
import { groupQueryOperations } from './group-queries.js';
import { importMessageOperations } from './import-messages.js';
import { importOperations } from './import-operations.js';
import { joinedGroupOperations } from './joined-groups.js';
import { Looks } from './looks.js';
import { memberOperations } from './member-operations.js';
import { memberQueryOperations } from './member-queries.js';
import { messageOperations } from './message-operations.js';
import { messageQueryOperations } from './message-queries.js';
import type { Operation } from './operation.js';
import type { TencentServices } from './services.js';

/** 001's group service. */
export function tencentOperations(services: TencentServices): Operation[] {
  const looks = new Looks(services);
  return [
    ...groupOperations(services, looks),
    ...groupQueryOperations(services, looks),
    ...joinedGroupOperations(services, looks),
    ...memberOperations(services),
    ...memberQueryOperations(services, looks),
    ...importOperations(services, looks),
    ...importMessageOperations(services),
    ...messageOperations(services),
    ...messageQueryOperations(services, looks),
  ];
}
